import { sql } from '@guichet/database'
import { newUuid, parseId } from '@guichet/server'
import {
  type Dovecot,
  eventually,
  hasPart,
  newOrganizerId,
  selfSigned,
  startDovecot,
  startTcpProxy,
  type TcpProxy,
  trust,
} from '@guichet/testkit'
import { ImapFlow } from 'imapflow'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addressKey } from '../src/consent/address-key.ts'
import { checkMailbox } from '../src/doctor/check-mailbox.ts'
import type { Job } from '../src/jobs/job.ts'
import { returnPathOf } from '../src/mail/return-path.ts'
import { readImapUrl } from '../src/mail-events/mailbox/imap-url.ts'
import { watchMailbox } from '../src/mail-events/mailbox/watch-mailbox.ts'
import { addRow, type Fixture, startNotifications } from './fixture.ts'
import { arf, dsn } from './returned-mails.ts'

const ORGANIZER = newOrganizerId()
const BOUNCES = 'bounces@guichet.localhost'
const FAILED = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 User unknown' }

describe.skipIf(!hasPart('dovecot'))('a mailbox of returned mail, on a real IMAP server', () => {
  const certificate = selfSigned()
  let dovecot: Dovecot
  let proxy: TcpProxy
  let fixture: Fixture
  let distrust = () => {}
  const jobs: Job[] = []

  beforeAll(async () => {
    fixture = await startNotifications({ config: { bounceAddress: BOUNCES } })
    dovecot = await startDovecot({ certificate })
    proxy = await startTcpProxy(dovecot.port)
    distrust = trust(certificate)
  })
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.stop()
    proxy.set('pass')
  })
  afterAll(async () => {
    distrust()
    await fixture?.end()
    await proxy?.stop()
    await dovecot?.remove()
  })

  const watch = (url = dovecot.url) => {
    const job = watchMailbox(fixture.context, url)
    jobs.push(job)
    return job
  }
  /** A person with a mail program. */
  async function connect() {
    const client = new ImapFlow(readImapUrl(dovecot.url).connection)
    await client.connect()
    return client
  }
  const byProxy = () => dovecot.url.replace(`:${dovecot.port}/`, `:${proxy.port}/`)
  const sent = (recipient = `${newUuid()}@example.org`) =>
    addRow(fixture, { organizerId: ORGANIZER, state: 'sent', recipient })
  const wayBack = (id: string) => returnPathOf(fixture.context.keys.links, BOUNCES, parseId('dlv', id) ?? '')
  /** As the mail server that delivers it writes the envelope's recipient down. */
  const put = (id: string, raw: string, header = 'Delivered-To') =>
    dovecot.deliver(`${header}: ${wayBack(id)}\r\n${raw}`)

  async function stateOf(id: string) {
    const row = await fixture.db
      .selectFrom('delivery')
      .select('state')
      .where('id', '=', parseId('dlv', id) ?? '')
      .executeTakeFirstOrThrow()
    return row.state
  }
  const bounced = (id: string) => eventually(async () => (await stateOf(id)) === 'bounced')
  const handled = async (id: string) => (await dovecot.mails('Handled')).filter(({ raw }) => raw.includes(wayBack(id)))
  const inbox = async (mark: string) => (await dovecot.mails()).filter(({ raw }) => raw.includes(mark))
  async function announced(id: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from outbox where data->>'deliveryId' = ${id}`.execute(fixture.db)
    return rows[0]?.count ?? 0
  }

  it('is read for what lies in it and for what comes, and what was understood is moved away', async () => {
    const [lying, coming] = [await sent(), await sent()]
    await put(lying, dsn(FAILED))
    watch()
    await bounced(lying)
    await put(coming, dsn(FAILED), 'X-Original-To')
    await bounced(coming)
    for (const id of [lying, coming]) {
      await eventually(async () => (await handled(id)).length === 1)
      await eventually(async () => (await inbox(wayBack(id))).length === 0)
    }
  })

  it('is read with STARTTLS, and by TLS from the first byte', async () => {
    for (const url of [dovecot.url, dovecot.tlsUrl]) {
      const id = await sent()
      const job = watch(url)
      await put(id, dsn(FAILED))
      await bounced(id)
      await job.stop()
    }
    const logins = (await dovecot.log()).split('\n').filter((line) => line.includes(' Login: '))
    expect(logins.length).toBeGreaterThanOrEqual(2)
    for (const login of logins) expect(login).toContain('TLS')
  })

  it('makes its folder beside one of the same name that is somewhere else', async () => {
    const person = await connect()
    await person.mailboxCreate(['Archive', 'Done'])
    await person.logout()
    const id = await sent()
    await put(id, dsn(FAILED))
    watch(`${dovecot.url}?handled=Done`)
    await bounced(id)
    await eventually(async () => (await dovecot.mails('Done')).length === 1)
    expect(await dovecot.mails('Archive.Done')).toEqual([])
  })

  it('is read even when what is old cannot be deleted, because that folder cannot be opened', async () => {
    const person = await connect()
    // A folder that holds others and no mails.
    await person.mailboxCreate(['Closed', 'Within'])
    await person.logout()
    const id = await sent()
    await put(id, dsn(FAILED))
    watch(`${dovecot.url}?handled=Closed`)
    await bounced(id)
  })

  it('tells a complaint, and a mail that is only late', async () => {
    const recipient = `${newUuid()}@example.org`
    const [complained, late] = [await sent(recipient), await sent()]
    watch()
    await put(complained, arf({ feedback: 'abuse', messageId: '<x@y>' }))
    await put(late, dsn({ action: 'delayed', status: '4.4.1', diagnostic: '451 greylisted' }))
    await eventually(async () => (await handled(complained)).length + (await handled(late)).length === 2)
    const key = addressKey(fixture.context.keys, recipient)
    const reasons = await fixture.db.selectFrom('suppression').select('reason').where('address_key', '=', key).execute()
    expect(reasons).toEqual([{ reason: 'complained' }])
    expect(await stateOf(late)).toBe('sent')
  })

  it('keeps for a person, with a flag, what it does not understand or believe, and reads it again without the flag', async () => {
    const [id, next] = [await sent(), await sent()]
    const mark = newUuid()
    await dovecot.deliver(`Subject: I am away ${mark}\r\n\r\nUntil Monday.\r\n`)
    await dovecot.deliver(`Subject: ${mark}\r\n${dsn({ ...FAILED, messageId: `<${id}@guichet.localhost>` })}`)
    await dovecot.deliver(`\0\xff ${mark} no mail at all`)
    await put(next, dsn(FAILED))
    const job = watch()
    await bounced(next)
    await eventually(async () => (await inbox(mark)).every(({ flags }) => flags.includes('F')))
    expect(await inbox(mark)).toHaveLength(3)
    expect(await stateOf(id)).toBe('sent')
    await job.stop()
    await dovecot.unflag()
    expect((await inbox(mark)).some(({ flags }) => flags.includes('F'))).toBe(false)
    watch()
    await eventually(async () => (await inbox(mark)).every(({ flags }) => flags.includes('F')))
  })

  it('is read again after a crash between the effect and the mark, and each bounce is told once', async () => {
    const id = await sent()
    await put(id, dsn(FAILED))
    await put(id, dsn(FAILED))
    // As two processes, of which one died before it could move what it had understood.
    watch()
    watch()
    // Both may move the same one: what the server then keeps twice, nobody reads again.
    await eventually(async () => (await handled(id)).length >= 2 && (await inbox(wayBack(id))).length === 0)
    expect(await stateOf(id)).toBe('bounced')
    expect(await announced(id)).toBe(1)
  })

  it('leaves a mail where it is while its outcome cannot be written down, and the next ones do not wait for it', async () => {
    const [busy, next] = [await addRow(fixture, { organizerId: ORGANIZER, state: 'sending' }), await sent()]
    await put(busy, dsn(FAILED))
    await put(next, dsn(FAILED))
    watch()
    await bounced(next)
    expect(await inbox(wayBack(busy))).toMatchObject([{ flags: '' }])
    await fixture.db
      .updateTable('delivery')
      .set({ state: 'sent', sent_at: fixture.clock.now(), lease: null })
      .where('id', '=', parseId('dlv', busy) ?? '')
      .execute()
    await bounced(busy)
  })

  it('is come back to when the server was away, or the line is cut, and stopping waits for nobody', async () => {
    const [first, second, third] = [await sent(), await sent(), await sent()]
    await put(first, dsn(FAILED))
    proxy.set('drop')
    const job = watch(byProxy())
    await eventually(() => proxy.connections() > 0)
    // Nothing answers on that line, ever.
    proxy.reset()
    proxy.set('pass')
    await bounced(first)
    proxy.reset()
    await put(second, dsn(FAILED))
    await bounced(second)
    await dovecot.stop()
    await dovecot.start()
    await put(third, dsn(FAILED))
    await bounced(third)
    await eventually(async () => (await handled(third)).length === 1)
    proxy.set('drop')
    await job.stop()
  })

  it('forgets what it understood when the days that it is kept are over', async () => {
    const id = await sent()
    await put(id, dsn(FAILED))
    const job = watch()
    await eventually(async () => (await handled(id)).length === 1)
    await job.stop()
    watch()
    const next = await sent()
    await put(next, dsn(FAILED))
    await eventually(async () => (await handled(next)).length === 1)
    expect(await handled(id)).toHaveLength(1)
    // The server knows the day alone, which may be another one since the clock was set.
    fixture.clock.advance(32 * 86_400)
    watch()
    await eventually(async () => (await handled(id)).length + (await handled(next)).length === 0)
  })

  it('that is away, or that nobody vouches for, holds up neither the start nor the stop of the service', async () => {
    distrust()
    expect(await checkMailbox({ bounceImapUrl: dovecot.tlsUrl })).toMatchObject({
      level: 'fail',
      words: expect.stringContaining('self-signed'),
    })
    for (const url of ['imap://a:b@127.0.0.1:9/', dovecot.url, dovecot.tlsUrl]) {
      const other = await startNotifications({ config: { bounceAddress: BOUNCES }, secrets: { bounceImapUrl: url } })
      expect((await other.app.inject('/health/ready')).statusCode).toBe(200)
      await other.end()
    }
    distrust = trust(certificate)
  })

  it('is asked by the doctor, who reads nothing away', async () => {
    const look = (url: string) => checkMailbox({ bounceImapUrl: url }).then(({ level, words }) => `${level}: ${words}`)
    const before = await dovecot.mails()
    expect(await look(dovecot.tlsUrl)).toMatch(/^(ok|warn): 127\.0\.0\.1:\d+ .*by TLS/)
    const wrong = new URL(dovecot.tlsUrl)
    wrong.password = 'wrong'
    expect(await look(wrong.href)).toMatch(/^fail: .*does not let us read INBOX: .*Authentication failed/i)
    expect(await look('imap://a:b@127.0.0.1:9/')).toMatch(/^fail: 127.0.0.1:9/)
    expect(await look(`${dovecot.tlsUrl.replace('/INBOX', '/Nowhere')}`)).toMatch(/^fail: /)
    expect(await dovecot.mails()).toEqual(before)
  })
})
