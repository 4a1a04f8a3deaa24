// The servers this person knows, a folder each: `$XDG_DATA_HOME/chat/servers/<pin16>/{server.json,ca.pem,me.pem,me.key}`.
// By the fingerprint of the server's authority and not by its address, so that a server that moves is still the same.

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { z } from "zod"
import { writePublic } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import { confirmNext, keepNext, readPair } from "./pair.ts"

const SERVER = z.object({
  v: z.literal(1),
  /** SHA-256 of the authority's key, hex; none for a server with a public authority. */
  pin: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  name: z.string(),
  /** HOST:PORT, the last used first. */
  hosts: z.array(z.string()).min(1),
  nick: z.string().optional(),
  channels: z.array(z.string()),
  /** Mechanisms of SASL that it is held to. */
  logins: z.array(z.string()).optional(),
  /** When its authority was believed first. */
  since: z.iso.datetime().optional(),
  lastUsed: z.iso.datetime(),
})

export type Server = z.infer<typeof SERVER>

/** A server as it is remembered; the PEM texts are there when their files are. */
export interface Profile {
  readonly folder: string
  readonly server: Server
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** `$XDG_DATA_HOME/chat/servers`, on Windows below `%LOCALAPPDATA%`. */
export function profilesFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_DATA_HOME, LOCALAPPDATA } = environment
  const data =
    XDG_DATA_HOME || (process.platform === "win32" && LOCALAPPDATA) || join(homedir(), ".local", "share")
  return join(data, "chat", "servers")
}

/** All profiles, the last used first. A folder that is not one is passed over. */
export function readProfiles(root: string): Profile[] {
  if (!existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, "server.json")))
    .map((entry) => readProfile(join(root, entry.name)))
    .sort((a, b) => b.server.lastUsed.localeCompare(a.server.lastUsed))
}

function readProfile(folder: string): Profile {
  const path = join(folder, "server.json")
  const server = SERVER.safeParse(parsedJson(readFileSync(path, "utf8")))
  if (!server.success)
    throw new UserError(`${path} is damaged: ${z.prettifyError(server.error).replace(/\s+/g, " ")}`, {
      hint: `move ${folder} away and connect with the server's address and six words`,
      exitCode: EXIT.other,
    })
  return { folder, server: server.data, ca: textOf(join(folder, "ca.pem")), ...readPair(folder) }
}

/** The profile that a person means by NAME: its name or one of its addresses. */
export function profileNamed(profiles: readonly Profile[], name: string): Profile | undefined {
  const wanted = name.toLowerCase()
  return profiles.find(
    ({ server }) =>
      server.name.toLowerCase() === wanted ||
      server.hosts.some((host) => host === wanted || host.replace(/:\d+$/, "") === wanted),
  )
}

/** The addresses of all of them, as they are named; nothing where there is none. */
export function knownHere(profiles: readonly Profile[]): string {
  return profiles.map(({ server }) => server.hosts[0] ?? server.name).join(", ")
}

/** Writes a profile whole; what it does not bring (a certificate) stays as it was. */
export function saveProfile(
  root: string,
  server: Server,
  files: { ca: string | undefined; cert: string | undefined; key: string | undefined },
) {
  const folder = profileFolder(root, server)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (files.ca !== undefined) writePublic(join(folder, "ca.pem"), files.ca)
  if (files.cert !== undefined && files.key !== undefined) {
    const pair = { cert: files.cert, key: files.key }
    keepNext(folder, pair)
    confirmNext(folder, pair)
  }
  writePublic(join(folder, "server.json"), `${JSON.stringify(server, null, 2)}\n`)
}

/** Where the profile of a server is, or will be. */
export function profileFolder(root: string, { pin, hosts }: Pick<Server, "pin" | "hosts">): string {
  const id =
    pin ??
    createHash("sha256")
      .update(hosts[0] ?? "")
      .digest("hex")
  return join(root, id.slice(0, 16))
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
