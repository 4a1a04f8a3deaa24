// chat certs: the certificate authority by hand. What it writes is described in certs/README.md.

import { EXIT } from "../user-error.ts"
import { crl } from "./certs-crl.ts"
import { exported } from "./certs-export.ts"
import { client, init, renewCa, server } from "./certs-make.ts"
import { passphrase, unlock } from "./certs-passphrase.ts"
import { devices, revoke } from "./certs-revoke.ts"
import { list, show } from "./certs-show.ts"
import { sign } from "./certs-sign.ts"
import { cliCommand } from "./command.ts"

export const certs = cliCommand({
  name: "certs",
  operands:
    "init | renew-ca | server HOST... | client NAME | sign NAME FILE | export NAME | show FILE | list | revoke NAME | devices | crl | passphrase | unlock",
  summary: "make and show certificates",
  examples: [
    ["chat certs init", "once: the authority, and the server's certificate"],
    ["chat certs client alice", "for everybody who may in"],
  ],
  operandsMax: 0,
  flags: {},
  subcommands: [
    init,
    renewCa,
    server,
    client,
    sign,
    exported,
    show,
    list,
    revoke,
    devices,
    crl,
    passphrase,
    unlock,
  ],
  run: () => EXIT.done,
})
