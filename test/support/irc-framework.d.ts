// What the bot uses of irc-framework, which brings no types.

declare module "irc-framework" {
  type Handler = (event: string, facts: unknown, client: Client, next: () => void) => void
  type Use = (client: Client, raw: unknown, parsed: { use(handler: Handler): void }) => void

  export class Client {
    constructor(options: Readonly<Record<string, unknown>>)
    use(middleware: Use): void
    on(event: string, listener: () => void): void
    connect(): void
    [method: string]: ((...given: never[]) => void) | undefined
  }
}
