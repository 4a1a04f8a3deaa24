// Lines from a terminal, told apart by whether they were typed or pasted: what a paste brings belongs together.
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Bracketed-Paste-Mode

export const BRACKETED_PASTE_ON = "\x1b[?2004h"
export const BRACKETED_PASTE_OFF = "\x1b[?2004l"

export class Gathering {
  #isPasting = false
  #pasted: string[] = []
  #groups: string[][] = []
  #isOver = false
  #wake = () => {}

  line(text: string) {
    if (this.#isPasting) this.#pasted.push(text)
    else this.#give(text)
  }

  pasteBegins() {
    this.#isPasting = true
  }

  /** `rest` is what stands in the line now: Enter will add it to the paste. */
  pasteEnds(rest: string) {
    this.#isPasting = false
    if (rest === "" && this.#pasted.length > 0) this.#give()
  }

  end() {
    this.#isOver = true
    this.#wake()
  }

  #give(...more: string[]) {
    this.#groups.push([...this.#pasted.splice(0), ...more])
    this.#wake()
  }

  /** One line each, or all those of a paste, until the end. */
  async *groups(): AsyncGenerator<string[]> {
    for (;;) {
      yield* this.#groups.splice(0)
      if (this.#isOver && this.#groups.length === 0) return
      if (this.#groups.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
