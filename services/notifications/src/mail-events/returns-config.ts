import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Config, Secrets } from '../config.ts'
import { faultOfImapUrl } from './mailbox/imap-url.ts'

/** What is wrong with the settings of returned mail. */
export function faultsOfReturns(
  { bounceAddress, bounceSmtpCert }: Pick<Config, 'bounceAddress' | 'bounceSmtpCert'>,
  { bounceImapUrl, bounceSmtpKey }: Pick<Secrets, 'bounceImapUrl' | 'bounceSmtpKey'>,
): string[] {
  const faults: string[] = []
  const ofUrl = bounceImapUrl && URL.canParse(bounceImapUrl) ? faultOfImapUrl(bounceImapUrl) : undefined
  if (ofUrl) faults.push(ofUrl)
  if (bounceImapUrl && !bounceAddress) {
    faults.push('NOTIFICATIONS_BOUNCE_IMAP_URL needs NOTIFICATIONS_BOUNCE_ADDRESS, the address of that mailbox')
  }
  if (!areOne(bounceSmtpCert, bounceSmtpKey)) {
    faults.push('NOTIFICATIONS_BOUNCE_SMTP_CERT and _KEY must be a certificate and its private key (PEM)')
  }
  return faults
}

/** Both or none. */
function areOne(cert: string | undefined, key: string | undefined): boolean {
  if (cert === undefined && key === undefined) return true
  try {
    return new X509Certificate(cert ?? '').checkPrivateKey(createPrivateKey(key ?? ''))
  } catch {
    return false
  }
}
