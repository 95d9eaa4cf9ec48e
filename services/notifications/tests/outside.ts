import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, freePort } from '@guichet/testkit'

const ROOT = join(import.meta.dirname, '../../..')

export interface Running {
  kill(signal: NodeJS.Signals): Promise<void>
  output(): string
}

/** Starts a program of this repository as a process of its own, and waits until `healthUrl` answers. */
export async function startProcess(main: string, env: Record<string, string>, healthUrl: string): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, main)], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = once(child, 'close')
  const ended = () => child.exitCode !== null || child.signalCode !== null
  await eventually(async () => {
    if (ended()) return true
    return (await fetch(healthUrl)).ok
  })
  if (ended()) throw new Error(`${main} ended:\n${output}`)
  return {
    output: () => output,
    async kill(signal) {
      if (!ended()) child.kill(signal)
      await exited
    },
  }
}

export interface ReceivedMail {
  id: string
  messageId: string
  from: string
  to: string[]
  subject: string
  text: string
  html: string
  attachments: { name: string; contentType: string; sizeBytes: number }[]
}

export interface Inbox {
  smtpUrl: string
  url: string
  /** Newest first. */
  messages(to: string): Promise<ReceivedMail[]>
  raw(id: string): Promise<string>
  /** The message ids in the journal: every mail ever accepted, in order. */
  accepted(): Promise<{ messageId: string; to: string[] }[]>
  order(fault: { next: string; count?: number; to?: string; at?: 'rcpt' | 'data' }): Promise<void>
  /** Kills it; {@link start} brings it back with its mail. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** The mail server outside: the sandbox's inbox, a process with its own journal. */
export async function startInbox(): Promise<Inbox> {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-inbox-'))
  const [smtpPort, httpPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${httpPort}`
  let running: Running | undefined
  const inbox: Inbox = {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url,
    async messages(to) {
      const answer = await fetch(`${url}/messages?limit=200&to=${encodeURIComponent(to)}`)
      return ((await answer.json()) as { items: ReceivedMail[] }).items
    },
    raw: (id) => readFile(join(folder, 'messages', `${id}.eml`), 'utf8'),
    async accepted() {
      if (!(await readdir(folder)).includes('journal.jsonl')) return []
      const lines = (await readFile(join(folder, 'journal.jsonl'), 'utf8')).split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line)).filter((entry) => entry.type === 'received')
    },
    async order(fault) {
      const answer = await fetch(`${url}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      })
      if (!answer.ok) throw new Error(`the inbox refused the order: ${answer.status}`)
    },
    async start() {
      const env = {
        INBOX_SMTP_PORT: String(smtpPort),
        INBOX_HTTP_PORT: String(httpPort),
        INBOX_JOURNAL: folder,
        SANDBOX_CONTROL: '1',
        SANDBOX_LOG_LEVEL: 'warn',
      }
      running = await startProcess('sandbox/src/inbox/main.ts', env, `${url}/health/live`)
    },
    async stop() {
      await running?.kill('SIGKILL')
    },
    async remove() {
      await inbox.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await inbox.start()
  return inbox
}

/** The SMS provider outside: the sandbox's sink. */
export async function startSmsSink() {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-sms-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { SMS_PORT: String(port), SMS_JOURNAL: folder, SANDBOX_CONTROL: '1', SANDBOX_LOG_LEVEL: 'warn' }
  const running = await startProcess('sandbox/src/sms/main.ts', env, `${url}/health/live`)
  return {
    url,
    async messages() {
      const answer = await fetch(`${url}/messages?limit=200`)
      return ((await answer.json()) as { items: { to: string; text: string; encoding: string; segments: number }[] })
        .items
    },
    async order(next: string, count = 1) {
      await fetch(`${url}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ next, count }),
      })
    },
    async remove() {
      await running.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
