// All listeners for proxies, and the inner door behind them; nothing of either where none is configured.

import { type Endpoint, showEndpoint } from "./endpoint.ts"
import { InnerDoor } from "./inner-door.ts"
import { type Proxy, ProxyListener } from "./proxy-listener.ts"
import type { Shell } from "./shell.ts"

export class Proxies {
  readonly #shell: Shell
  readonly #door: InnerDoor | undefined
  readonly #listeners: ProxyListener[] = []

  /** Throws a UserError (78) when it cannot listen. */
  constructor(proxies: readonly Proxy[], shell: Shell, path: string) {
    this.#shell = shell
    if (proxies.length === 0) return
    const door = new InnerDoor(path, shell)
    this.#door = door
    try {
      for (const proxy of proxies) this.#listeners.push(new ProxyListener(proxy, shell, door))
    } catch (error) {
      this.close()
      throw error
    }
  }

  get endpoints(): Endpoint[] {
    return this.#listeners.map(({ endpoint }) => endpoint)
  }

  /** Takes over who is trusted. Where it listens stays, and that is said; what is configured no more trusts nobody. */
  reload(proxies: readonly Proxy[]) {
    for (const listener of this.#listeners) {
      const next = proxies.find(({ listen }) => isSame(listen, listener.proxy.listen))
      listener.from = next?.from ?? []
      if (!next) this.#postpone("stops", listener.proxy.listen)
    }
    for (const { listen } of proxies) {
      const isOpen = this.#listeners.some(({ proxy }) => isSame(proxy.listen, listen))
      if (!isOpen) this.#postpone("begins", listen)
    }
  }

  /** Accepts no more; connections live on. */
  stop() {
    for (const listener of this.#listeners) listener.stop()
  }

  /** Connections too. */
  close() {
    for (const listener of this.#listeners) listener.close()
    this.#door?.close()
  }

  #postpone(what: "begins" | "stops", listen: Endpoint) {
    const text = `the listener for proxies ${what} with the next start of the server`
    this.#shell.log({ level: "warn", what: text, listen: showEndpoint(listen) })
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return showEndpoint(one) === showEndpoint(other)
}
