// Completion of the word before the cursor: commands at the start of the line, channels, and nicks, who spoke last first.

import { COMMANDS } from "./commands.ts"
import type { Talk } from "./talk.ts"

/** What the word may become, and the word, as node:readline wants them. */
export function completer(talk: Talk): (line: string) => [string[], string] {
  return (line) => {
    const word = /\S*$/.exec(line)?.[0] ?? ""
    if (word === line && word.startsWith("/")) return [candidates(commandNames(), word, " "), word]
    if (talk.session.view.isChannel(word)) return [candidates(channelNames(talk), word, " "), word]
    if (word === "") return [[], word]
    return [candidates(nicks(talk), word, word === line ? ": " : " ").slice(0, 1), word]
  }
}

function candidates(names: string[], word: string, suffix: string): string[] {
  const start = word.toLowerCase()
  return names.filter((name) => name.toLowerCase().startsWith(start)).map((name) => name + suffix)
}

function commandNames(): string[] {
  return Object.keys(COMMANDS).map((name) => `/${name}`)
}

function channelNames({ session }: Talk): string[] {
  return session.view.channels().map((channel) => channel.name)
}

function nicks({ session, speakers, target }: Talk): string[] {
  const members = [...(session.view.channel(target ?? "")?.members.values() ?? [])].map(
    (member) => member.nick,
  )
  const present = speakers.filter(
    (nick) => members.includes(nick) || session.view.queries.has(session.view.key(nick)),
  )
  return [...new Set([...present, ...members])].filter((nick) => !session.view.isOwn(nick))
}
