// The steps from the schema of an older version to this one's. A step that was released is never changed, since logs have
// been through it; what comes later is another step.

import type { Database } from "bun:sqlite"

/** One step, within the transaction of all of them. */
export type Migration = (db: Database) => void

/** The first brings schema 1 to 2. What a step does to an old log, `schema.ts` does to a new one. */
export const MIGRATIONS: readonly Migration[] = []
