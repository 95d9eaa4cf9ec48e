import { generateKeyPairSync } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { faultOfSignature, tagsOf } from '../src/doctor/dkim.ts'
import { examine } from '../src/doctor/doctor.ts'
import { MIGRATIONS } from '../src/service.ts'
import { type DnsServer, startDns } from './dns-server.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

const DOMAIN = 'mail.shop.org'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const KEY = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const RECORD = `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
const NAME = `guichet._domainkey.${DOMAIN}`

let dns: DnsServer
let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[dns, inbox, peers] = await Promise.all([startDns(), startInbox(), startPeers()])
  fixture = await startNotifications({
    peers,
    smtpUrl: inbox.smtpUrl,
    config: {
      sender: { name: 'Shop', address: `tickets@${DOMAIN}` },
      dkim: { domainName: DOMAIN, keySelector: 'guichet' },
      bounceAddress: `bounces@${DOMAIN}`,
    },
    secrets: { dkimKey: KEY },
  })
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
  dns?.close()
})
beforeEach(() => {
  dns.records.clear()
  dns.records.set(`TXT ${NAME}`, [RECORD])
  dns.records.set(`TXT ${DOMAIN}`, ['google-site-verification=x', 'v=spf1 ip4:192.0.2.1 -all'])
  dns.records.set(`TXT _dmarc.${DOMAIN}`, ['v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.org'])
  dns.records.set(`MX ${DOMAIN}`, ['mx.shop.org'])
})

async function look(changes: { to?: string; smtpUrl?: string; dkimKey?: string; bounceImapUrl?: string } = {}) {
  const { to, ...secrets } = changes
  const settings = { config: fixture.config, secrets: { ...fixture.secrets, busUrl: fixture.databaseUrl, ...secrets } }
  const findings = await examine(settings, { migrations: MIGRATIONS, resolvers: [dns.address], to })
  return Object.fromEntries(findings.map(({ name, level, words }) => [name, `${level}: ${words}`]))
}

describe('the doctor', () => {
  it('finds nothing wrong where all is right, and sends a signed mail that can be verified', async () => {
    const found = await look({ to: 'operator@example.org' })
    for (const name of ['database', 'mail server', 'SPF', 'DKIM', 'DMARC', 'self-test']) {
      expect(found[name], name).toMatch(/^ok: /)
    }
    const [mail] = await inbox.messages('operator@example.org')
    const raw = await inbox.raw(mail?.id ?? '')
    expect(faultOfSignature(raw, tagsOf(RECORD))).toBeUndefined()
  })

  it.each<[string, string, string[], RegExp]>([
    ['DKIM', `TXT ${NAME}`, [], /^fail: .* does not exist\. Publish the TXT record: "v=DKIM1; k=rsa; p=MII/],
    ['DKIM', `TXT ${NAME}`, ['v=DKIM1; p='], /^fail: .*withdrawn/],
    ['SPF', `TXT ${DOMAIN}`, [], /^fail: .*no SPF record/],
    ['SPF', `TXT ${DOMAIN}`, ['v=spf1 -all', 'v=spf1 mx -all'], /^fail: .*2 SPF records/],
    ['SPF', `TXT ${DOMAIN}`, ['v=spf1 +all'], /^fail: .*lets everybody/],
    ['SPF', `TXT ${DOMAIN}`, ['v=spf1 mx'], /^warn: /],
    ['DMARC', `TXT _dmarc.${DOMAIN}`, [], /^fail: .*no DMARC record/],
    ['DMARC', `TXT _dmarc.${DOMAIN}`, ['v=DMARC1; p=none'], /^warn: .*only watches/],
    ['returned mail', `MX ${DOMAIN}`, [], /^fail: .*no MX record/],
  ])('says what is wrong with %s (%s → %j)', async (name, record, texts, words) => {
    dns.records.set(record, texts)
    expect((await look())[name]).toMatch(words)
  })

  it('tells another key in the DNS from ours', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ type: 'spki', format: 'der' })
    dns.records.set(`TXT ${NAME}`, [`v=DKIM1; p=${other.toString('base64')}`])
    expect((await look()).DKIM).toMatch(/^fail: .*another key/)
  })

  it('says where what comes back must be led, and that its mailbox is away', async () => {
    const without = await look()
    expect(without['returned mail']).toMatch(/^warn: .*mx\.shop\.org.*_BOUNCE_IMAP_URL/)
    expect(without['bounce mailbox']).toMatch(/^skip: /)
    const found = await look({ bounceImapUrl: 'imaps://bounces:secret@127.0.0.1:9/' })
    expect(found['returned mail']).toMatch(/^ok: .*bounces\+…@mail\.shop\.org/)
    expect(found['bounce mailbox']).toMatch(/^fail: 127\.0\.0\.1:9 /)
    expect(JSON.stringify(found)).not.toContain('secret')
  })

  it('says that a mail server is away, and one that refuses', async () => {
    expect((await look({ smtpUrl: 'smtp://127.0.0.1:9' }))['mail server']).toMatch(/^fail: .*127.0.0.1:9/)
    await inbox.order({ next: '550', to: 'nobody@example.org' })
    expect((await look({ to: 'nobody@example.org' }))['self-test']).toMatch(/^fail: .*550/)
  })
})

describe('a mail on its way', () => {
  it('is signed over what matters, comes back to an address of its own, and is changed by nobody unnoticed', async () => {
    const order = knownOrder(peers)
    await fixture.deliverOrder(order)
    const email = order.buyer?.email ?? ''
    const mail = await eventually(async () => (await inbox.messages(email))[0] ?? false)
    const raw = await inbox.raw(mail.id)
    expect(faultOfSignature(raw, tagsOf(RECORD))).toBeUndefined()
    expect(faultOfSignature(raw.replace('Subject: ', 'Subject: Re: '), tagsOf(RECORD))).toContain('does not fit')
    expect(faultOfSignature(`${raw}more`, tagsOf(RECORD))).toContain('body was changed')
    // Somebody waits for it: it can't be unsubscribed from.
    expect(raw).not.toMatch(/^(List-Unsubscribe|Precedence):/m)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  })

  it('that nobody waits for can be ended with one click, and says so under the signature', async () => {
    const message = { to: { name: null, address: 'reader@example.org' }, subject: 'x', text: 'x', html: 'x' }
    await fixture.context.mailer.send(
      {
        ...message,
        ...{ language: 'en', messageId: '<one-click@test>', attachments: [] },
        unsubscribeUrl: 'https://shop.org/api/notifications/v1/unsubscribe/x',
      },
      AbortSignal.timeout(10_000),
    )
    const [mail] = await inbox.messages('reader@example.org')
    const raw = await inbox.raw(mail?.id ?? '')
    expect(raw).toMatch(/^List-Unsubscribe: <https:\/\/shop.org\/api\/notifications\/v1\/unsubscribe\/x>\r$/m)
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
    expect(raw).toMatch(/^Precedence: bulk\r$/m)
    const signed = /[; ]h=([^;]*);/.exec(raw.replace(/\r\n[ \t]+/g, ''))?.[1] ?? ''
    expect(signed.toLowerCase()).toContain('list-unsubscribe:list-unsubscribe-post')
    expect(faultOfSignature(raw, tagsOf(RECORD))).toBeUndefined()
  })
})
