import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, freePort } from '@guichet/testkit'
import { SECRETS } from './fixture.ts'

const MAIN = fileURLToPath(new URL('../../../sandbox/src/payments/main.ts', import.meta.url))

export interface Journal {
  charges: { id: string; sessionId: string; reference: string; amountMinor: number; currency: string }[]
  refunds: {
    id: string
    sessionId: string
    reference: string
    amountMinor: number
    currency: string
    idempotencyKey: string
  }[]
  sessions: { id: string; state: string; reference: string; amountMinor: number; currency: string }[]
}

/** The simulated payment provider as the process that it is, with its own journal. */
export async function startPayments() {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const journal = await mkdtemp(join(tmpdir(), 'guichet-payments-'))
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        PAYMENTS_HOST: '127.0.0.1',
        PAYMENTS_PORT: String(port),
        PAYMENTS_JOURNAL: journal,
        PAYMENTS_API_KEY: SECRETS.simulatedApiKey,
        PAYMENTS_WEBHOOK_SECRET: SECRETS.simulatedWebhookSecret,
        PAYMENTS_PUBLIC_URL: url,
        PAYMENTS_SETTLE_SECONDS: '1',
        SANDBOX_CONTROL: '1',
        PAYMENTS_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await eventually(async () => (await fetch(`${url}/health/live`)).ok)
    return child
  }
  const end = (process: ChildProcess) =>
    new Promise<void>((resolve) => {
      process.once('exit', () => resolve())
      process.kill('SIGKILL')
    })
  let child = await launch()
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
    })

  return {
    url,
    /** What the buyer does on the hosted page. */
    async act(
      redirectUrl: string,
      act: 'pay' | 'pay-slowly' | 'pay-with-step' | 'approve' | 'decline' | 'abandon',
    ): Promise<number> {
      const answer = await fetch(redirectUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ act }),
        redirect: 'manual',
      })
      return answer.status
    },
    async control(orders: object): Promise<void> {
      const answer = await post('/control', orders)
      if (!answer.ok) throw new Error(await answer.text())
    },
    journal: async (): Promise<Journal> => (await (await fetch(`${url}/journal`)).json()) as Journal,
    kill: () => end(child),
    async restart(): Promise<void> {
      child = await launch()
    },
    async stop(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) await end(child)
      await rm(journal, { recursive: true, force: true })
    },
  }
}

export type Payments = Awaited<ReturnType<typeof startPayments>>
