// A certificate that the site's authority has not signed, through the whole shell: pinned by its account, it lets in and logs in.

import { expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { testAuthority } from "../support/certificates.ts"
import { serving } from "./serving.ts"

const COST = "password_memory_kib = 8\nscram_iterations = 4096\n"
const OPEN = `[server]\naccess = "open"\n[accounts]\n${COST}`
const MEMBERS = `[accounts]\n${COST}`

test("an account's own certificate logs in where only members are let in", async () => {
  const foreign = await testAuthority()
  const [own, other] = [await foreign.issueClient("whoever"), await foreign.issueClient("other")]
  await using server = await serving(OPEN)
  const alice = await server.connect(own)
  alice.send("CAP REQ :soju.im/client-cert sasl", "NICK alice", "USER alice 0 * :Alice", "CAP END")
  await alice.expect(/ 001 alice /)
  alice.send("NS REGISTER open-sesame")
  await alice.expect(/REGISTER SUCCESS alice /)
  alice.send("CLIENTCERT CREATE :laptop", "CLIENTCERT LIST")
  const fingerprint = new X509Certificate(own.certPem).fingerprint512.replaceAll(":", "").toLowerCase()
  await alice.expect(new RegExp(`CLIENTCERT LIST ${fingerprint} name=laptop`))
  alice.send("QUIT")
  await alice.closed

  server.reload(await server.authority.issueServer(), MEMBERS)
  const laptop = await server.connect(own)
  laptop.send("CAP REQ sasl", "NICK laptop", "USER laptop 0 * :Laptop", "AUTHENTICATE EXTERNAL")
  await laptop.expect(/AUTHENTICATE \+/)
  laptop.send("AUTHENTICATE +", "CAP END")
  await laptop.expect(/ 900 .* alice :/)
  await laptop.expect(/ 001 laptop /)
  // Without EXTERNAL it is nobody, and another of that issuer is turned away at the door.
  const silent = await server.connect(own)
  silent.send("NICK silent", "USER silent 0 * :Silent")
  await silent.expect(/ERROR :ACCOUNT_REQUIRED /)
  const stranger = await server.connect(other)
  await stranger.expect(/ERROR :CERT_UNTRUSTED /)
  foreign.cleanup()
  expect(server.broken).toEqual([])
})
