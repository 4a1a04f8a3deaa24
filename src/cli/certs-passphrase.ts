// chat certs passphrase and chat certs unlock: what the authority's key is encrypted with, and a running server that is to use it.

import { changePassphrase } from "../authority/authority-files.ts"
import { isEncrypted } from "../authority/key-encryption.ts"
import { printable } from "../protocol/printable.ts"
import { askAdmin } from "../server/admin-client.ts"
import { EXIT, UserError } from "../user-error.ts"
import { authorityFolder, OUT_OR_OWN } from "./authority-folder.ts"
import { shown } from "./certs-print.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"
import { choosePassphrase, PASSPHRASE_FILE, passphraseFrom } from "./passphrase.ts"

export const passphrase = cliCommand({
  name: "certs passphrase",
  operands: "",
  summary: "encrypt the authority's key with a passphrase, change that, or take it away",
  examples: [
    ["chat certs passphrase", "asks for the one that it has, if it has one, and for the new one twice"],
    ["chat certs passphrase --remove", "from then on the file alone is enough"],
  ],
  operandsMax: 0,
  flags: {
    ...OUT_OR_OWN,
    "passphrase-file": { ...PASSPHRASE_FILE, description: "its first line is the passphrase until now" },
    "new-passphrase-file": { ...PASSPHRASE_FILE, description: "its first line is the new passphrase" },
    remove: { type: "boolean", description: "keep the key without a passphrase" },
  },
  async run({ flags }) {
    const [now, next] = [flags["passphrase-file"], flags["new-passphrase-file"]]
    const { keyPath, keyPem } = await changePassphrase(
      authorityFolder(flags),
      passphraseFrom(now),
      async () => (flags.remove ? undefined : choosePassphrase(next)),
    )
    return shown(
      isEncrypted(keyPem)
        ? `${keyPath} is encrypted; whoever has an older copy of it needs no new passphrase`
        : `${keyPath} is not encrypted: whoever has it can let anybody in`,
    )
  },
})

export const unlock = cliCommand({
  name: "certs unlock",
  operands: "",
  summary: "open the encrypted key of the authority for the server that runs, until it stops",
  examples: [["chat certs unlock", "the passphrase is asked for"]],
  operandsMax: 1,
  flags: {
    "passphrase-file": PASSPHRASE_FILE,
    data: DATA,
  },
  async run({ flags, positionals }) {
    // It may be the passphrase, which is not said again.
    if (positionals.length > 0)
      throw new UserError(
        "a passphrase is never taken from the command line, where others on this computer read it",
        {
          hint: "chat certs unlock asks for it",
          exitCode: EXIT.usage,
        },
      )
    const { adminSocket } = dataFolder(flags.data)
    const said = await passphraseFrom(flags["passphrase-file"])("the authority's key")
    const answer = await askAdmin(adminSocket, { do: "unlock", passphrase: said })
    if (answer.ok) return shown(printable(String(answer["done"])))
    const { error, hint } = answer as { error: string; hint?: string }
    throw new UserError(printable(error), hint === undefined ? {} : { hint: printable(hint) })
  },
})
