// Commands about certificates: one's own devices, and, for operators, everybody's. What cannot be undone is asked about first.

import { printable } from "../protocol/printable.ts"
import type { Command, Desk } from "./commands.ts"
import { words } from "./typed.ts"

/** How long a question stands. */
const YES_WITHIN_MS = 60_000

export const DEVICE_COMMANDS: Readonly<Record<string, Command>> = {
  devices: {
    syntax: "[add | remove NAME]",
    help: "your computers and telephones; a line for another; take one's certificate back",
    run(desk, rest) {
      const [verb, ...more] = words(rest)
      const name = more.join(" ")
      const { session } = desk
      if (verb === undefined) return session.command("DEVICE", ["LIST"])
      if (verb === "add" && name === "") return session.command("DEVICE", ["ADD"])
      if (verb !== "remove" || name === "") return false
      ask(
        desk,
        `the certificate of every device of yours that is called ${name} is taken back, and it comes in no more`,
        () => session.command("DEVICE", ["REMOVE"], name),
      )
    },
  },
  revoke: {
    syntax: "NICK|ACCOUNT [DEVICE|*] [REASON]",
    help: "take somebody's certificates back, and end their connections (operators)",
    run(desk, rest) {
      const [whose, device = "*", ...reason] = words(rest)
      if (whose === undefined) return false
      const what = device === "*" ? "all certificates" : `what was given to every device called ${device}`
      const why = reason.join(" ")
      const told = why === "" ? "" : `; the reason that they read is: ${why}`
      ask(desk, `this takes back ${what} of ${whose} and ends those connections${told}`, () =>
        desk.session.command("REVOKE", [whose, device], why || undefined),
      )
    },
  },
  approve: {
    syntax: "[NAME|ID]",
    help: "let somebody in whose invitation asks for approval; alone: who waits (operators)",
    run: (desk, rest) => decide(desk, "APPROVE", rest),
  },
  deny: {
    syntax: "[NAME|ID]",
    help: "do not let them in; alone: who waits (operators)",
    run: (desk, rest) => decide(desk, "DENY", rest),
  },
  oper: {
    syntax: "[NAME]",
    help: "become an operator, by the role of your account",
    run({ session }, rest) {
      const [name = session.view.nick] = words(rest)
      session.command("OPER", [name])
    },
  },
  yes: {
    syntax: "",
    help: "do what was just asked about",
    run(desk) {
      const { asked } = desk
      desk.asked = undefined
      if (asked && Date.now() < asked.until) asked.run()
      else desk.note("nothing is asked")
    },
  },
}

function decide({ session }: Desk, verb: string, rest: string) {
  const [who] = words(rest)
  session.command("ENROL", who === undefined ? ["LIST"] : [verb, who])
}

function ask(desk: Desk, what: string, run: () => void) {
  desk.asked = { run, until: Date.now() + YES_WITHIN_MS }
  desk.note(printable(`${what}; that cannot be undone: /yes does it`))
}
