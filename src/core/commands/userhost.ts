// USERHOST: https://modern.ircdocs.horse/#userhost-message

import { USERHOST_MAX } from "../../protocol/limits.ts"
import { RPL_USERHOST } from "../../protocol/numerics.ts"
import { command } from "../command.ts"
import { awayOf, type User } from "../user.ts"

export const USERHOST = command({
  name: "USERHOST",
  syntax: "<nick>{ <nick>}",
  help: "Tells user name and host of up to five people, and whether they are away.",
  specification: "https://modern.ircdocs.horse/#userhost-message",
  run({ net }, ...nicks: string[]) {
    return RPL_USERHOST(
      nicks
        .slice(0, USERHOST_MAX)
        .flatMap((nick) => net.user(nick) ?? [])
        .map(shown),
    )
  },
})

/** `nickname [isop] "=" isaway hostname`, where the hostname has the user name before it. */
function shown(user: User): string {
  const operator = user.modes.has("o") ? "*" : ""
  return `${user.nick}${operator}=${awayOf(user) === undefined ? "+" : "-"}${user.username}@${user.host}`
}
