import type { RequestEvent } from '@sveltejs/kit'
import { configuration, type ServiceName } from '../config.server.ts'
import { refreshSession, type SessionAnswer } from './refresh.server.ts'
import { type Session, seal, unseal } from './sealing.server.ts'

/** A token that expires this soon is renewed before it is used. */
const MARGIN_MS = 20_000

/** The person behind a request: at most one session, read from the cookie and written back when it changes. */
export class Visitor {
  readonly #event: RequestEvent
  #session: Session | null

  private constructor(event: RequestEvent, session: Session | null) {
    this.#event = event
    this.#session = session
  }

  static async from(event: RequestEvent): Promise<Visitor> {
    const cookie = event.cookies.get(cookieName(event))
    const { secrets } = configuration()
    const session = cookie ? await unseal(cookie, secrets.session, Date.now()) : null
    return new Visitor(event, session)
  }

  get user(): Session['user'] | null {
    return this.#session?.user ?? null
  }

  get refreshToken(): string | null {
    return this.#session?.refreshToken ?? null
  }

  /** Starts the session that `accounts` opened. */
  async signIn(answer: SessionAnswer): Promise<void> {
    await this.#keep(sessionOf(answer))
  }

  /** Forgets the session; revoking it is the caller's part. */
  signOut(): void {
    this.#session = null
    this.#event.cookies.delete(cookieName(this.#event), cookieOptions(this.#event))
  }

  /** Takes over a changed profile, so that the header shows it. */
  async rename(name: string): Promise<void> {
    if (this.#session) await this.#keep({ ...this.#session, user: { ...this.#session.user, name } })
  }

  /**
   * The access token for a service; renewed when it is about to expire. While `accounts` is away an unexpired token
   * still serves. `null` for who is not signed in, or can't be any more.
   */
  async token(service: ServiceName): Promise<string | null> {
    const session = this.#session
    if (!session) return null
    if (session.accessExpiresAt - MARGIN_MS > Date.now()) return session.accessTokens[service] || null
    const renewed = await this.renew()
    if (renewed) return renewed.accessTokens[service] || null
    return session.accessExpiresAt > Date.now() ? session.accessTokens[service] || null : null
  }

  /** Renews the session now: a service refused its token. `null` when that was not possible. */
  async renew(): Promise<Session | null> {
    if (!this.#session) return null
    const outcome = await refreshSession(this.#session.refreshToken)
    if (outcome.kind === 'renewed') {
      const session = sessionOf(outcome.answer)
      await this.#keep(session)
      return session
    }
    if (outcome.kind === 'refused') this.signOut()
    return null
  }

  async #keep(session: Session): Promise<void> {
    this.#session = session
    const sealed = await seal(session, configuration().secrets.session)
    this.#event.cookies.set(cookieName(this.#event), sealed, {
      ...cookieOptions(this.#event),
      expires: new Date(session.refreshExpiresAt),
    })
  }
}

function sessionOf(answer: SessionAnswer): Session {
  const { id, name, email, admin } = answer.user
  return {
    refreshToken: answer.refreshToken,
    refreshExpiresAt: Date.parse(answer.refreshExpiresAt),
    accessTokens: answer.accessTokens,
    accessExpiresAt: Date.parse(answer.accessExpiresAt),
    user: { id, name, email, admin },
  }
}

/** Browsers treat https and their own machine as secure; anywhere else `__Host-` and `Secure` would lose the cookie. */
function isSecure(event: RequestEvent): boolean {
  const { protocol, hostname } = event.url
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

export function cookieName(event: RequestEvent): string {
  return isSecure(event) ? '__Host-guichet' : 'guichet_session'
}

function cookieOptions(event: RequestEvent) {
  return { path: '/', httpOnly: true, secure: isSecure(event), sameSite: 'lax' as const }
}
