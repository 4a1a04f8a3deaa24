// The binary's entry: hands the arguments to cli/.

import { run, type Loader } from "./cli/run.ts"

const commands: Readonly<Record<string, Loader>> = {
  serve: async () => (await import("./cli/serve.ts")).serve,
  connect: async () => (await import("./cli/connect.ts")).connect,
  send: async () => (await import("./cli/send.ts")).send,
  tail: async () => (await import("./cli/tail.ts")).tail,
  history: async () => (await import("./cli/history.ts")).history,
  search: async () => (await import("./cli/search.ts")).search,
  certs: async () => (await import("./cli/certs.ts")).certs,
  invite: async () => (await import("./cli/invite.ts")).invite,
  join: async () => (await import("./cli/join.ts")).join,
  export: async () => (await import("./cli/export.ts")).exportCommand,
  backup: async () => (await import("./cli/backup.ts")).backup,
  restore: async () => (await import("./cli/restore.ts")).restore,
  admin: async () => (await import("./cli/admin.ts")).admin,
}

process.exitCode = await run(commands, process.argv.slice(2))
