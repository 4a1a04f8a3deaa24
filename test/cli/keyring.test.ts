// The key of an authority that takes the place of another while its server runs.

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readAuthorityFiles } from "../../src/authority/authority-files.ts"
import { ensureAuthority } from "../../src/authority/folder.ts"
import { Keyring } from "../../src/cli/keyring.ts"

test("a key that was open does not keep the next one locked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chat-keyring-"))
  try {
    const keyring = new Keyring(false)
    keyring.keep((await ensureAuthority(folder)).authority)
    const unlock = (said: string) =>
      keyring
        .unlock(said, async () => void (await keyring.open(readAuthorityFiles(folder), undefined)))
        .catch((error: Error) => error.message)
    expect(await unlock("four words of mine")).toBe("the authority's key is open already")
    const newPassphrase = () => Promise.resolve("four words of mine")
    const { authority } = await ensureAuthority(folder, { force: true, newPassphrase })
    expect(await keyring.open(readAuthorityFiles(folder), undefined)).toBeUndefined()
    expect(await unlock("four words of thine")).toStartWith("this is not the passphrase of ")
    expect(await unlock("four words of mine")).toBeUndefined()
    const open = await keyring.open(readAuthorityFiles(folder), undefined)
    expect(open?.keys.pem).toBe(authority.keys.pem)
    expect(await unlock("four words of mine")).toBe("the authority's key is open already")
  } finally {
    rmSync(folder, { recursive: true })
  }
})
