// Fan-out: some members of one channel write to all. Direct messages: everybody writes to a partner.
import { crowd, eachOf, nickOf } from "./client.ts"
import { ClosedLoop } from "./closed-loop.ts"
import type { Outcome, Settings } from "./settings.ts"

const CHANNEL = "#bench"

/** Works with servers that return a message to its sender (echo-message) and with those that do not. */
export async function fanOut(settings: Settings): Promise<Outcome> {
  const clients = await crowd(settings.target, settings.members, settings.capabilities)
  await eachOf(clients, 16, (client) => client.join(CHANNEL))
  const loop = new ClosedLoop(
    {
      clients,
      senders: settings.senders,
      target: () => CHANNEL,
      seen: () => CHANNEL,
      receivers: (sender) => clients.filter(({ echo, index }) => echo || index !== sender),
      shared: true,
    },
    settings,
  )
  const outcome = await loop.run(settings)
  for (const client of clients) client.drop()
  return outcome
}

/** Clients 0 and 1 write to each other, 2 and 3, and so on; no echo-message, so one delivery a message. */
export async function direct(settings: Settings): Promise<Outcome> {
  const partner = (index: number) => index ^ 1
  const capabilities = settings.capabilities.filter((name) => name !== "echo-message")
  const clients = await crowd(settings.target, settings.members & ~1, capabilities)
  const loop = new ClosedLoop(
    {
      clients,
      senders: clients.length,
      target: (sender) => nickOf(partner(sender)),
      seen: (receiver) => nickOf(settings.returned ? partner(receiver) : receiver),
      receivers: (sender) =>
        clients.filter(({ index }) => index === (settings.returned ? sender : partner(sender))),
      shared: false,
    },
    settings,
  )
  const outcome = await loop.run(settings)
  for (const client of clients) client.drop()
  return outcome
}
