import { createPublicKey } from 'node:crypto'
import type { Resolver } from 'node:dns/promises'
import { newUuid } from '@guichet/server'
import nodemailer from 'nodemailer'
import type { Config, Secrets } from '../config.ts'
import { createMailer } from '../mail/mailer.ts'
import { type Finding, fail, ok, skip, warn } from './check.ts'
import { recordsOf } from './check-dns.ts'
import { faultOfSignature, publicKeyOf, tagsOf } from './dkim.ts'

interface Settings {
  config: Config
  secrets: Secrets
}

/** Connects, and says who we are. */
export async function checkSmtp({ secrets }: Settings): Promise<Finding> {
  const { hostname, port, protocol, username } = new URL(secrets.smtpUrl)
  const where = `${hostname}:${port || (protocol === 'smtps:' ? 465 : 587)}`
  const transport = nodemailer.createTransport({
    url: secrets.smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
  })
  try {
    await transport.verify()
  } catch (error) {
    return fail('mail server', `${where} does not take our mail: ${(error as Error).message}`)
  } finally {
    transport.close()
  }
  const local = /^(localhost|127\.|\[?::1)/.test(hostname)
  const open = protocol === 'smtp:' && !secrets.smtpUrl.includes('requireTLS=true')
  if (open && !local) {
    return warn(
      'mail server',
      `${where} answers, but may be spoken to without TLS. Use smtps://, or add ?requireTLS=true.`,
    )
  }
  return ok('mail server', `${where} answers${username ? ', and knows our password' : ''}.`)
}

/** Whether the key that we sign with is the one that the DNS names, and a mail that we sign can be verified with it. */
export async function checkDkim(dns: Pick<Resolver, 'resolveTxt'>, { config, secrets }: Settings): Promise<Finding> {
  const { dkim, sender } = config
  if (!secrets.dkimKey || !dkim) {
    return skip(
      'DKIM',
      'No NOTIFICATIONS_DKIM_KEY: mails are not signed here. Right when the mail server signs them, with the sender’s domain.',
    )
  }
  const name = `${dkim.keySelector}._domainkey.${dkim.domainName}`
  const ours = createPublicKey(secrets.dkimKey)
  const record = (await recordsOf(dns, name)).map(tagsOf).find((tags) => tags.has('p'))
  if (!record) return fail('DKIM', `${name} does not exist. Publish the TXT record: ${recordFor(ours)}`)
  if (!record.get('p')) return fail('DKIM', `The key at ${name} was withdrawn (empty p=). Publish: ${recordFor(ours)}`)
  if (!publicKeyOf(record).equals(ours))
    return fail('DKIM', `${name} holds another key than ours. Publish: ${recordFor(ours)}`)
  const fault = faultOfSignature(await composeSigned(sender, { ...dkim, privateKey: secrets.dkimKey }), record)
  if (fault) return fail('DKIM', `A mail that we signed cannot be verified: ${fault}.`)
  const senderDomain = sender.address.slice(sender.address.lastIndexOf('@') + 1)
  if (senderDomain !== dkim.domainName && !senderDomain.endsWith(`.${dkim.domainName}`)) {
    return warn('DKIM', `Signed for ${dkim.domainName}, sent from ${senderDomain}: DMARC does not count that.`)
  }
  return ok('DKIM', `${name} holds our key, and a mail signed with it is verified.`)
}

/** Sends a real mail, signed as all are. */
export async function sendSelfTest({ config, secrets }: Settings, to: string): Promise<Finding> {
  const dkim = secrets.dkimKey && config.dkim ? { ...config.dkim, privateKey: secrets.dkimKey } : undefined
  const mailer = createMailer({ url: secrets.smtpUrl, sender: config.sender, connectionsMax: 1, dkim })
  try {
    const { reply } = await mailer.send(
      {
        to: { name: null, address: to },
        subject: 'Guichet self-test',
        text: 'This mail left Guichet. Look at its headers: SPF, DKIM and DMARC should say "pass".\n',
        html: '<p>This mail left Guichet. Look at its headers: SPF, DKIM and DMARC should say “pass”.</p>',
        language: 'en',
        messageId: `<self-test-${newUuid()}@${config.sender.address.split('@')[1]}>`,
        attachments: [],
      },
      AbortSignal.timeout(30_000),
    )
    return ok('self-test', `Sent to ${to}: ${reply}`)
  } catch (error) {
    return fail('self-test', `Not sent to ${to}: ${(error as Error).message}`)
  } finally {
    mailer.close()
  }
}

/** The record to publish for a key. */
function recordFor(key: ReturnType<typeof createPublicKey>): string {
  return `"v=DKIM1; k=rsa; p=${key.export({ type: 'spki', format: 'der' }).toString('base64')}"`
}

async function composeSigned(
  sender: Config['sender'],
  dkim: { domainName: string; keySelector: string; privateKey: string },
): Promise<string> {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim })
  const mail = {
    from: sender,
    to: sender.address,
    subject: 'Self-test: é',
    text: 'Signed.  \n\n',
    html: '<p>Signed.</p>',
  }
  const { message } = await transport.sendMail(mail)
  return String(message)
}
