// Lines that nobody is to see: while some are asked for, what is typed is taken here and goes nowhere else, also when it comes all at
// once.

export class Secrets {
  readonly #write: (text: string) => void
  #whats: readonly string[] = []
  #lines: string[] = []
  #done: ((lines: readonly string[]) => void) | undefined

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  /** What is asked for now. */
  get what(): string | undefined {
    return this.#whats[this.#lines.length]
  }

  /** A line for each; fewer when the input ends before. */
  ask(whats: readonly string[]): Promise<readonly string[]> {
    this.#whats = whats
    this.#lines = []
    this.#write(this.what ?? "")
    return new Promise((resolve) => (this.#done = resolve))
  }

  /** True when the line was asked for. */
  take(line: string): boolean {
    if (this.what === undefined) return false
    this.#lines.push(line)
    this.#write(`\n${this.what ?? ""}`)
    if (this.what === undefined) this.end()
    return true
  }

  end() {
    this.#whats = []
    this.#done?.(this.#lines)
  }
}
