// CAP: https://ircv3.net/specs/extensions/capability-negotiation.html. Servers without it answer 421 or nothing and
// register us all the same, since NICK and USER go out in the same breath as CAP LS.

import type { Context, Handler } from "./context.ts"

/** All that this client makes use of, where a server offers it. */
export const WANTED: ReadonlySet<string> = new Set([
  "account-notify",
  "account-tag",
  "away-notify",
  "batch",
  "cap-notify",
  "chghost",
  "draft/chathistory",
  "draft/event-playback",
  "draft/message-redaction",
  "draft/multiline",
  "draft/read-marker",
  "echo-message",
  "extended-join",
  "labeled-response",
  "message-tags",
  "multi-prefix",
  "server-time",
  "setname",
  "soju.im/search",
  "standard-replies",
  "userhost-in-names",
])

const PRE_AWAY = "draft/pre-away"

export const onCap: Handler = (context, { params }) => {
  const [, subcommand = "", first = "", second] = params
  const more = first === "*" && second !== undefined
  const names = (more ? second : first).split(" ").filter((name) => name !== "")
  if (subcommand === "LS") return listed(context, names, more)
  if (subcommand === "NEW") return request(context, wantedOf(context, names))
  if (subcommand === "DEL") return names.forEach((name) => context.view.capabilities.delete(name))
  if (subcommand === "ACK") acknowledge(context, names)
  if ((subcommand === "ACK" || subcommand === "NAK") && !context.view.registered) settled(context)
}

function listed(context: Context, names: string[], more: boolean) {
  const { view } = context
  view.offered = [...new Set([...view.offered, ...wantedOf(context, names)])]
  if (more) return
  const all = view.offered
  view.offered = []
  if (all.length > 0) request(context, all)
  else if (!view.registered) settled(context)
}

function isWanted({ sasl, registration }: Context, name: string): boolean {
  return (
    WANTED.has(name) || (name === "sasl" && sasl.isWanted) || (name === PRE_AWAY && registration.isNowhere)
  )
}

function wantedOf(context: Context, offers: string[]): string[] {
  return offers.flatMap((offer) => {
    const equals = offer.indexOf("=")
    const name = equals < 0 ? offer : offer.slice(0, equals)
    if (!isWanted(context, name)) return []
    context.view.capabilityValues.set(name, equals < 0 ? "" : offer.slice(equals + 1))
    return [name]
  })
}

function request(context: Context, names: string[]) {
  if (names.length > 0) context.send(`CAP REQ :${names.join(" ")}`)
}

function acknowledge(context: Context, names: string[]) {
  for (const name of names) {
    if (name.startsWith("-")) context.view.capabilities.delete(name.slice(1))
    else if (isWanted(context, name)) context.view.capabilities.add(name)
  }
}

/** What can be had is had: logs in, or goes on. */
function settled(context: Context) {
  if (context.view.capabilities.has(PRE_AWAY)) context.send("AWAY *")
  const mechanisms = context.view.capabilityValues.get("sasl") ?? ""
  context.sasl.begin(context, mechanisms === "" ? undefined : mechanisms.split(","))
}
