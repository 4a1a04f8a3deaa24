// Reads the log itself, of a server that runs or not, for commands that ask nobody.

import { Network } from "../core/network.ts"
import type { Settings } from "../core/seams.ts"
import { assertLog, type DataDirectory } from "../storage/data-directory.ts"
import { explain, openReadable } from "../storage/database.ts"

type ReadableLog = ReturnType<typeof openReadable>

/** Throws a UserError when there is none, or it cannot be read. The network is for replaying what is needed of it. */
export async function readLog<T>(
  directory: DataDirectory,
  read: (db: ReadableLog, net: Network) => T | Promise<T>,
): Promise<T> {
  assertLog(directory)
  const db = openReadable(directory.log)
  try {
    // Of a site nothing else is asked for.
    return await read(db, new Network({ limits: { whowas: 0 } } as Settings))
  } catch (error) {
    throw explain(error, directory.log)
  } finally {
    db.close()
  }
}
