import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@guichet/testkit'
import { type Running, startProcess } from '../outside.ts'

/** The SMSC outside: the sandbox's, a process with its own journal. */
export async function startSmsc(tls?: { cert: string; key: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-smsc-'))
  const [port, httpPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${httpPort}`
  const env = {
    SMPP_PORT: String(port),
    SMPP_HTTP_PORT: String(httpPort),
    SMPP_JOURNAL: folder,
    SMPP_PASSWORD: 'sandbox',
    ...(tls ? { SMPP_TLS_CERT: tls.cert, SMPP_TLS_KEY: tls.key } : {}),
    SANDBOX_CONTROL: '1',
    SANDBOX_LOG_LEVEL: 'warn',
  }
  let running: Running | undefined
  const post = async (path: string, body: object) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the SMSC refused ${path}: ${answer.status}`)
    return answer.json()
  }
  const smsc = {
    smsUrl: `${tls ? 'smpps' : 'smpp'}://guichet:sandbox@127.0.0.1:${port}?from=Guichet`,
    async start() {
      running = await startProcess('sandbox/src/smpp/main.ts', env, `${url}/health/live`)
    },
    kill: () => running?.kill('SIGKILL'),
    order: (next: string) => post('/control', { next }),
    reply: (from: string, text: string) => post('/replies', { from, text }) as Promise<{ handed: boolean }>,
    cut: () => post('/cut', {}),
    async messages(to: string): Promise<{ text: string; parts: number; dataCoding: number; from: string }[]> {
      const answer = await fetch(`${url}/messages?to=${encodeURIComponent(to)}`)
      return ((await answer.json()) as { items: never[] }).items
    },
    async remove() {
      await running?.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  await smsc.start()
  return smsc
}
