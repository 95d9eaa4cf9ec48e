import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { connect as openSocket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Certificate } from './certificate.ts'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'
import { findPart } from './parts.ts'

export interface Dovecot {
  /** `imap://user:password@127.0.0.1:port/INBOX`. */
  url: string
  port: number
  /** The same mailbox by TLS from the first byte; only with a certificate. */
  tlsUrl: string
  /** Puts a mail into the mailbox, as a mail server does. */
  deliver(raw: string): Promise<void>
  /** The mails of a folder: their text, and their flags as letters (`S` seen, `F` flagged). */
  mails(folder?: string): Promise<{ raw: string; flags: string }[]>
  /** Takes all flags of all mails of INBOX off, as a person with a mail program. Only while nobody is connected. */
  unflag(): Promise<void>
  log(): Promise<string>
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** The user whom the server runs as: it needs no rights, and keeps what root has from its helpers. */
const NOBODY = { uid: 65_534, gid: 65_534 }

/** A real IMAP server of our own (Dovecot 2.3) on loopback and free ports, with one mailbox in a folder of its own. */
export async function startDovecot({ certificate }: { certificate?: Certificate } = {}): Promise<Dovecot> {
  const [plain, tls] = (await freePorts(2)) as [number, number]
  const home = await mkdtemp(join(tmpdir(), 'guichet-dovecot-'))
  const password = randomBytes(12).toString('hex')
  const isRoot = process.getuid?.() === 0
  const { uid, gid } = isRoot ? NOBODY : userInfo()
  const user = isRoot ? 'nobody' : userInfo().username
  const group = isRoot ? 'nogroup' : execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  const mailbox = join(home, 'mail')
  const own = async (path: string) => (isRoot ? chown(path, uid, gid) : undefined)
  await own(home)
  for (const folder of ['', 'tmp', 'new', 'cur']) {
    await mkdir(join(mailbox, folder), { recursive: true })
    await own(join(mailbox, folder))
  }
  const write = async (name: string, text: string) => {
    const path = join(home, name)
    await writeFile(path, text, { mode: 0o600 })
    await own(path)
    return path
  }
  const ssl = certificate
    ? [
        'ssl = required',
        `ssl_cert = <${await write('cert.pem', certificate.cert)}`,
        `ssl_key = <${await write('key.pem', certificate.key)}`,
      ]
    : ['ssl = no']
  const config = await write(
    'dovecot.conf',
    [
      `base_dir = ${home}/run`,
      `state_dir = ${home}/state`,
      `log_path = ${home}/log`,
      `default_internal_user = ${user}`,
      `default_login_user = ${user}`,
      `default_internal_group = ${group}`,
      'protocols = imap',
      'listen = 127.0.0.1',
      'disable_plaintext_auth = no',
      `mail_location = maildir:${mailbox}`,
      'maildir_very_dirty_syncs = no',
      'mailbox_idle_check_interval = 1 s',
      'first_valid_uid = 1',
      ...ssl,
      `passdb {\n  driver = static\n  args = password=${password}\n}`,
      `userdb {\n  driver = static\n  args = uid=${uid} gid=${gid} home=${home}\n}`,
      `service imap-login {\n  chroot =\n  inet_listener imap {\n    port = ${plain}\n  }\n  inet_listener imaps {\n    port = ${certificate ? tls : 0}\n  }\n}`,
      'service anvil {\n  chroot =\n}',
      'service stats {\n  chroot =\n}',
      // As many servers have it: every folder lies below INBOX.
      'namespace inbox {\n  inbox = yes\n  prefix = INBOX.\n  separator = .\n}',
      '',
    ].join('\n'),
  )

  let child: ChildProcess | undefined
  let count = 0
  const dovecot: Dovecot = {
    url: `imap://bounces:${password}@127.0.0.1:${plain}/INBOX`,
    tlsUrl: `imaps://bounces:${password}@127.0.0.1:${tls}/INBOX`,
    port: plain,
    async deliver(raw) {
      const name = `${++count}.${randomBytes(6).toString('hex')}.test`
      const path = await write(`mail/tmp/${name}`, raw)
      await rename(path, join(mailbox, 'new', name))
    },
    async mails(folder) {
      const found: { raw: string; flags: string }[] = []
      const seen = new Set<string | undefined>()
      for (const part of ['new', 'cur']) {
        const path = join(mailbox, folder ? `.${folder}` : '', part)
        const names = await readdir(path).catch(() => [])
        for (const name of names.sort()) {
          // Renamed or moved meanwhile, as flags are: look at all of them again, or one would be missing or twice there.
          const raw = await readFile(join(path, name), 'utf8').catch(() => undefined)
          if (raw === undefined || seen.has(name.split(':')[0])) return dovecot.mails(folder)
          seen.add(name.split(':')[0])
          found.push({ raw, flags: name.split(':2,')[1] ?? '' })
        }
      }
      return found
    },
    async unflag() {
      const path = join(mailbox, 'cur')
      for (const name of await readdir(path)) {
        await rename(join(path, name), join(path, `${name.split(':2,')[0]}:2,`))
      }
    },
    log: () => readFile(join(home, 'log'), 'utf8'),
    async start() {
      const program = findPart('dovecot')
      if (!program) throw new Error('dovecot is not on this machine')
      let output = ''
      const started = spawn(program, ['-F', '-c', config], {
        env: { PATH: `${process.env.PATH}:/usr/sbin:/usr/bin` },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(isRoot ? NOBODY : {}),
      })
      child = started
      started.stdout.on('data', (chunk) => (output += chunk))
      started.stderr.on('data', (chunk) => (output += chunk))
      await eventually(async () => {
        if (started.exitCode !== null) return true
        return greets(plain)
      })
      if (started.exitCode !== null) {
        throw new Error(`Dovecot ended with ${started.exitCode}: ${output}${await dovecot.log().catch(() => '')}`)
      }
    },
    async stop() {
      const ending = child
      child = undefined
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill('SIGTERM')
      await ended
    },
    async remove() {
      await dovecot.stop()
      await rm(home, { recursive: true, force: true, maxRetries: 10 })
    },
  }
  try {
    await dovecot.start()
  } catch (error) {
    await dovecot.remove()
    throw error
  }
  return dovecot
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ port, host: '127.0.0.1' })
    const done = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(5_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.once('data', (chunk) => done(String(chunk).startsWith('* OK')))
  })
}
