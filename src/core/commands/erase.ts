// What one account said is erased on request. There is no command for it: `chat admin erase NAME` asks for it.

import type { Nick } from "../../protocol/names.ts"
import { ERR_NOSUCHNICK } from "../../protocol/numerics.ts"
import { event } from "../event.ts"
import { messageSent, tagsSent } from "./message-sent.ts"

/** Every message of an account so far goes from the log; the account and what it says from now on stay. */
export const accountMessagesErased = event<{ name: Nick; accountId: number }>({
  type: "accountMessagesErased",
  refuse: (net, { name, accountId }) =>
    net.account(name)?.id === accountId ? undefined : ERR_NOSUCHNICK(name),
  erases: ({ accountId }) => ({ accountId, types: [messageSent.type, tagsSent.type] }),
  // Text is no state, and nobody who is here is told.
  apply() {},
})
