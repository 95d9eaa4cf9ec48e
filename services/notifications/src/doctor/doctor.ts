import { Resolver } from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { assertMigrated, createDatabase, sql } from '@guichet/database'
import { connectBus } from '@guichet/messaging'
import type { Config, Secrets } from '../config.ts'
import type { Schema } from '../db.ts'
import { checked, type Finding, fail, ok, skip, warn } from './check.ts'
import { checkDmarc, checkReturns, checkSpf } from './check-dns.ts'
import { checkDkim, checkSmtp, sendSelfTest } from './check-mail.ts'
import { checkMailbox } from './check-mailbox.ts'

export interface DoctorOptions {
  migrations: string
  /** DNS servers to ask instead of the machine's: `192.0.2.1:53`. */
  resolvers?: readonly string[]
  /** Sends a self-test there. */
  to?: string | undefined
}

/** Everything that messages need, asked one by one; it changes nothing, and sends a mail only when told where to. */
export async function examine(
  settings: { config: Config; secrets: Secrets },
  options: DoctorOptions,
): Promise<Finding[]> {
  const { config, secrets } = settings
  const dns = new Resolver({ timeout: 5_000, tries: 2 })
  if (options.resolvers) dns.setServers(options.resolvers)
  // Names that no public DNS knows: a laptop, or a test.
  const onLaptop = /\.(localhost|test|invalid|example)$|@localhost$/.test(config.sender.address) && !options.resolvers
  const ofDns = (name: string, check: () => Promise<Finding>) =>
    checked(name, async () =>
      onLaptop ? skip(name, `${config.sender.address} is an address of this machine alone.`) : check(),
    )
  const { to } = options
  const findings = await Promise.all([
    checked('database', () => checkDatabase(secrets.databaseUrl, options.migrations)),
    checked('broker', () => checkBroker(secrets.busUrl)),
    ...(['accounts', 'tickets'] as const).map((name) => checked(name, () => checkPeer(name, config[`${name}Url`]))),
    checked('mail server', () => checkSmtp(settings)),
    ofDns('SPF', () => checkSpf(dns, config)),
    ofDns('DKIM', () => checkDkim(dns, settings)),
    ofDns('DMARC', () => checkDmarc(dns, config)),
    ofDns('returned mail', () => checkReturns(dns, settings)),
    checked('bounce mailbox', () => checkMailbox(secrets)),
    checked('self-test', async () =>
      to ? sendSelfTest(settings, to) : skip('self-test', 'Say --to you@example.org to send yourself a mail.'),
    ),
    checked('SMS', async () =>
      secrets.smsUrl
        ? ok('SMS', `${new URL(secrets.smsUrl).protocol}//… is configured.`)
        : skip('SMS', 'No NOTIFICATIONS_SMS_URL: no SMS is sent.'),
    ),
  ])
  return findings.flat()
}

async function checkDatabase(url: string, migrations: string): Promise<Finding> {
  const db = createDatabase<Schema>(url, { max: 1, onError: () => {} })
  try {
    await assertMigrated(db, migrations)
    const { rows } = await sql<{ waiting: string; late: string }>`
      select count(*) as waiting,
             count(*) filter (where next_attempt_at < now() - interval '15 minutes') as late
        from delivery where state in ('pending', 'sending', 'retrying')`.execute(db)
    const { waiting = '0', late = '0' } = rows[0] ?? {}
    return Number(late) === 0
      ? ok('database', `It answers and is up to date; ${waiting} messages wait.`)
      : warn('database', `${late} messages are due since more than 15 minutes: does notifications run?`)
  } finally {
    await db.destroy()
  }
}

const BROKER_MS_MAX = 10_000

async function checkBroker(url: string): Promise<Finding> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const bus = connectBus(url, { log: quiet })
  try {
    for (const end = performance.now() + BROKER_MS_MAX; performance.now() < end; await pause(100)) {
      if (bus.ready()) return ok('broker', 'It answers, and knows our password.')
    }
    return fail('broker', 'It does not answer, or does not know our password; what happens waits until it does.')
  } finally {
    await Promise.race([bus.close(), pause(1_000)])
  }
}

async function checkPeer(name: string, url: string): Promise<Finding> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok) return ok(name, `${url} is ready.`)
  const what = answer ? `answers ${answer.status}` : 'does not answer'
  return fail(name, `${url} ${what}: what it knows cannot be sent.`)
}
