import type { Resolver } from 'node:dns/promises'
import type { Config, Secrets } from '../config.ts'
import { type Finding, fail, ok, skip, warn } from './check.ts'
import { tagsOf } from './dkim.ts'

type Dns = Pick<Resolver, 'resolveTxt' | 'resolveMx'>

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1)

/** TXT records, each in one piece; none when the name does not exist. */
export async function recordsOf(dns: Pick<Dns, 'resolveTxt'>, name: string): Promise<string[]> {
  const found = await dns.resolveTxt(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
    throw new Error(`The DNS cannot be asked for ${name}: ${error.code ?? error.message}`)
  })
  return found.map((parts) => parts.join(''))
}

/** RFC 7208: who may send in the name of the domain that the envelope names. */
export async function checkSpf(
  dns: Dns,
  { sender, bounceAddress }: Pick<Config, 'sender' | 'bounceAddress'>,
): Promise<Finding> {
  const domain = domainOf(bounceAddress ?? sender.address)
  const records = (await recordsOf(dns, domain)).filter((record) => /^v=spf1(\s|$)/i.test(record))
  const [record] = records
  if (!record) {
    return fail(
      'SPF',
      `${domain} has no SPF record. Publish a TXT record like "v=spf1 include:YOUR_MAIL_PROVIDER -all".`,
    )
  }
  if (records.length > 1)
    return fail('SPF', `${domain} has ${records.length} SPF records: receivers then count none. Join them.`)
  if (/[\s+]\+?all\b/i.test(record.replace(/[~?-]all/gi, ''))) {
    return fail('SPF', `The SPF record of ${domain} lets everybody send in its name (+all). End it with -all or ~all.`)
  }
  if (!/[~-]all\b|redirect=/i.test(record)) {
    return warn('SPF', `The SPF record of ${domain} says nothing of other senders. End it with -all or ~all.`)
  }
  return ok('SPF', `${domain}: ${record}`)
}

/** RFC 7489: what receivers do with mail in the sender's name that neither SPF nor DKIM vouches for. */
export async function checkDmarc(dns: Dns, { sender }: Pick<Config, 'sender'>): Promise<Finding> {
  const domain = domainOf(sender.address)
  const parent = domain.split('.').slice(-2).join('.')
  for (const name of new Set([domain, parent])) {
    const record = (await recordsOf(dns, `_dmarc.${name}`)).find((one) => /^v=DMARC1\b/i.test(one))
    if (!record) continue
    const policy = tagsOf(record).get(name === domain ? 'p' : 'sp') ?? tagsOf(record).get('p')
    if (policy === 'none' || policy === undefined) {
      return warn('DMARC', `${name} only watches (p=none). Once SPF and DKIM are right, say p=quarantine or p=reject.`)
    }
    return ok('DMARC', `${name}: ${record}`)
  }
  return fail(
    'DMARC',
    `${domain} has no DMARC record: big providers refuse mail to many without it. Publish _dmarc.${domain} "v=DMARC1; p=none; rua=mailto:YOU".`,
  )
}

/** Where undeliverable mail goes, must exist. */
export async function checkReturns(
  dns: Dns,
  { config, secrets }: { config: Config; secrets: Pick<Secrets, 'bounceImapUrl'> },
): Promise<Finding> {
  const { bounceAddress, bounceSmtpPort } = config
  if (!bounceAddress) {
    return skip(
      'returned mail',
      'No NOTIFICATIONS_BOUNCE_ADDRESS: what cannot be delivered comes back to the sender, and nobody reads it.',
    )
  }
  const domain = domainOf(bounceAddress)
  const mx = await dns.resolveMx(domain).catch(() => [])
  if (mx.length === 0)
    return fail('returned mail', `${domain} has no MX record: nothing can come back to ${bounceAddress}.`)
  const to = mx.map(({ exchange }) => exchange).join(', ')
  if (bounceSmtpPort !== undefined) {
    return ok('returned mail', `It goes to ${to}, which must lead it to port ${bounceSmtpPort} of notifications.`)
  }
  if (secrets.bounceImapUrl) {
    const [local, host] = bounceAddress.split('@')
    return ok('returned mail', `It goes to ${to}, which must put ${local}+…@${host} into the mailbox that we read.`)
  }
  return warn(
    'returned mail',
    `It goes to ${to}; without NOTIFICATIONS_BOUNCE_SMTP_PORT or _BOUNCE_IMAP_URL something else must tell POST /v1/mail-events.`,
  )
}
