// The built program behind a load balancer and a web gateway.

import { expect, test } from "bun:test"
import { Irc } from "../support/irc.ts"
import { binaryHeader, blockOf4, loadBalancer, PROXY } from "../support/proxy.ts"
import { startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const CONFIG = `[[proxy]]
listen = "127.0.0.1:0"
from = ["127.0.0.1"]
[[webirc]]
name = "web"
from = ["127.0.0.1"]
password = "plain:hunter2"
`

test("administrators see the announced addresses; a reload takes the trust away, and a stop ends the relays", async () => {
  await using server = await startServer({ config: CONFIG })
  const listening = /listening for proxies {2}host 127\.0\.0\.1 {2}port (\d+)/
  const [, port] = await until(() => listening.exec(server.said), "the listener for proxies")
  const header = binaryHeader(PROXY, 0x11, blockOf4("192.0.2.1"))
  await using balancer = await loadBalancer(Number(port), header)
  const { authority } = server
  const alice = await Irc.register({ port: balancer.port, authority }, "alice")
  const bob = await Irc.connect(server)
  bob.send("WEBIRC hunter2 web host.example 192.0.2.2 secure", "NICK bob", "USER bob 0 * :bob")
  await bob.expect(/ 422 /)
  const { stdout } = await server.admin("list")
  expect(stdout).toMatch(/^ +alice .* 192\.0\.2\.1 /m)
  expect(stdout).toMatch(/^ +bob .* 192\.0\.2\.2 /m)
  expect(server.said).toMatch(/alice connected {2}address 192\.0\.2\.1 .* via 127\.0\.0\.1/)
  expect(server.said).toMatch(/bob connected {2}address 192\.0\.2\.2 .* via 127\.0\.0\.1 {2}gateway web/)
  server.configure("")
  await server.admin("reload")
  const late = Irc.connect({ port: balancer.port, authority })
  expect(await late.catch(() => "refused")).toBe("refused")
  alice.send("PING still")
  await alice.expect(/ PONG \S+ :?still/)
  const ended = server.stop()
  await alice.expect(/^ERROR :SHUTDOWN /)
  await alice.closed
  expect(await ended).toBe(0)
})
