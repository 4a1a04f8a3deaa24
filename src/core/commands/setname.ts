// SETNAME: https://ircv3.net/specs/extensions/setname.html

import { SETNAME as SETNAME_CAPABILITY } from "../../protocol/capabilities.ts"
import { byteLength } from "../../protocol/names.ts"
import { FAIL } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { event, from } from "../event.ts"

export const SETNAME = command({
  name: "SETNAME",
  syntax: "<realname>",
  help: "Changes your real name.",
  specification: "https://ircv3.net/specs/extensions/setname.html",
  run({ net, propose }, realname: string) {
    const right = realname.trim() !== "" && byteLength(realname) <= net.settings.limits.realnameLength
    if (!right) return FAIL("SETNAME", "INVALID_REALNAME", [], "A real name is not empty and not too long")
    return propose(realnameChanged, { realname })
  },
})

export const realnameChanged = event<{ realname: string }>({
  type: "realnameChanged",
  refuse: () => undefined,
  apply(net, e, tell) {
    const user = e.by === undefined ? undefined : net.users.get(e.by)
    if (!user) return
    user.realname = e.realname
    tell.peersAndWatchers(user, { ...from(e, "SETNAME", [], e.realname), needs: SETNAME_CAPABILITY })
  },
})
