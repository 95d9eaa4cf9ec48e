import { Refusal } from './refusal.ts'

/** A signed-in user, as POST /v1/sessions answers it. */
export type Session = {
  sessionId: string
  refreshToken: string
  refreshExpiresAt: string
  accessTokens: { accounts: string; events: string; tickets: string; notifications: string }
  accessExpiresAt: string
  user: { id: string; email: string; name: string; admin: boolean }
}

/** Signs in with a one-time administrator link, through the public API at `publicUrl`. */
export async function redeemAdminLink(publicUrl: string, link: string): Promise<Session> {
  const token = new URL(link).searchParams.get('token')
  const answer = await fetch(`${publicUrl}/api/accounts/v1/admin-links/redemptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (answer.status !== 201)
    throw new Refusal(`The administrator link was refused (${answer.status}): ${await answer.text()}`)
  return (await answer.json()) as Session
}
