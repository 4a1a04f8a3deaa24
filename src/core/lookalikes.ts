// Who has a name that looks like another: https://www.unicode.org/reports/tr39/. Knows nobody under a casemapping that does not ask.

import { CASEMAPPINGS, type CasemappingName } from "../protocol/casemapping.ts"

export class Lookalikes<T> {
  readonly #holders = new Map<string, Set<T>>()
  readonly #skeleton: ((name: string) => string) | undefined

  constructor(casemapping: CasemappingName) {
    this.#skeleton = CASEMAPPINGS[casemapping].skeleton
  }

  of(name: string): readonly T[] {
    return this.#skeleton ? [...(this.#holders.get(this.#skeleton(name)) ?? [])] : []
  }

  add(name: string, holder: T) {
    if (!this.#skeleton) return
    const look = this.#skeleton(name)
    this.#holders.set(look, (this.#holders.get(look) ?? new Set()).add(holder))
  }

  remove(name: string, holder: T) {
    if (!this.#skeleton) return
    const look = this.#skeleton(name)
    const holders = this.#holders.get(look)
    holders?.delete(holder)
    if (holders?.size === 0) this.#holders.delete(look)
  }
}
