// A shell that hashes by writing "hashed" before a password: its proofs can be written by hand in base64.

import type { IdentityQuestion, IdentityResult } from "../../src/core/identity.ts"

export function answerIdentity(question: IdentityQuestion): IdentityResult {
  switch (question.type) {
    case "credentials":
      return question.password === "flooding"
        ? { type: "tooMany", words: "Too many at once" }
        : { type: "credentials", text: `hashed ${question.password}` }
    case "login":
      return question.password === "flooding"
        ? { type: "tooMany", words: "Too many at once" }
        : { type: "login", right: question.credentials === `hashed ${question.password}` }
    case "scramChallenge":
      return { type: "scramChallenge", nonce: "server", salt: btoa("salt"), iterations: 4096 }
    case "scramProof": {
      const isOurs =
        question.channelBinding === btoa(question.header + (question.isBound ? "connection" : ""))
      const right = isOurs && question.credentials === `hashed ${atob(question.proof)}`
      return { type: "login", right, ...(right ? { signature: btoa("signature") } : {}) }
    }
  }
}
