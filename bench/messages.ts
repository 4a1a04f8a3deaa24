// Messages as people might write them, the same ones every time: words of Zipf's frequency in several languages, some
// compounds, some Chinese and Japanese, some links.

import type { Row } from "../src/core/seams.ts"

export const CHANNELS = 200
export const ACCOUNTS = 300
/** The first id that is an account's. */
export const FIRST_ACCOUNT = 1000
/** In about one message of a million. */
export const RARE = "zyzzyva"

const SYLLABLES =
  "ka to re mi sch ung ver ent ber lin tag haus frei and the ing er on st qu ex pro con é ü ö ña ster wer ken lo pa zu vi da".split(
    " ",
  )
const CHARACTERS = [..."日本語中文字今天東京大学生会社電話時間人国我你好谢很多问题工作朋友見食飲行来"]
const VOCABULARY = 40_000
const SECOND_MS = 1000

export class Messages {
  #state = 777
  readonly #words: readonly string[] = Array.from({ length: VOCABULARY }, () =>
    this.#some(SYLLABLES, 1, 4).join(""),
  )

  /** A word by its rank, 1 being the most common. */
  word(rank: number): string {
    return this.#words[rank - 1] ?? ""
  }

  row(seq: number): Row {
    const isDirect = this.#chance() < 0.2
    const accountId = FIRST_ACCOUNT + this.#below(ACCOUNTS)
    const nick = `nick${accountId}`
    return {
      seq,
      at: 1_700_000_000_000 + seq * SECOND_MS,
      type: "messageSent",
      channelId: isDirect ? null : 1 + Math.floor(this.#chance() ** 2 * CHANNELS),
      accountId,
      peerId: isDirect ? FIRST_ACCOUNT + this.#below(ACCOUNTS) : null,
      body: JSON.stringify({ by: accountId, source: `${nick}!${nick}@k3f9.cloak`, account: nick }),
      text: this.#text(),
    }
  }

  #text(): string {
    if (this.#chance() < 0.05) return this.#some(CHARACTERS, 5, 30).join("")
    const words = Array.from({ length: 3 + this.#below(15) }, () =>
      this.#chance() < 0.02 ? this.#zipf() + this.#zipf() : this.#zipf(),
    )
    if (this.#chance() < 0.03) words.push(`https://example.org/${this.#below(1_000_000)}`)
    if (this.#chance() < 0.000_001) words.push(RARE)
    return words.join(" ")
  }

  #zipf(): string {
    return this.word(Math.floor(VOCABULARY ** this.#chance()))
  }

  #some(of: readonly string[], least: number, most: number): string[] {
    return Array.from(
      { length: least + this.#below(most - least + 1) },
      () => of[this.#below(of.length)] ?? "",
    )
  }

  #below(bound: number): number {
    return Math.floor(this.#chance() * bound)
  }

  // https://en.wikipedia.org/wiki/Linear_congruential_generator, so that every run reads the same messages.
  #chance(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return this.#state / 2 ** 32
  }
}
