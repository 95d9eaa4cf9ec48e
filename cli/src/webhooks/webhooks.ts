import { readArguments } from '../arguments.ts'
import { runningUrl, signIn } from '../import/sign-in.ts'
import { dataFolder } from '../paths.ts'
import { createPublicApi, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'
import { chooseOrganizer } from './choose-organizer.ts'
import { listen } from './listen.ts'
import { trigger } from './trigger.ts'

const HELP = `./guichet webhooks listen [--forward URL] [options]
./guichet webhooks trigger TYPE [--endpoint ID] [options]

listen   shows what happens to an organizer as it happens, and posts it, signed, to a program on this machine
trigger  lets a test event happen: to those who listen, or to one endpoint; without TYPE, lists the types

  --forward URL         where to post, e.g. http://localhost:3000/hook
  --secret whsec_…      what to sign with (default: a new one, printed at the start)
  --json                one line of JSON for each event
  --endpoint whk_…      post the test event to this endpoint
  --organizer NAME|ID   whose events (default: the only organizer)
  --url URL             the shop (default: the copy on the data folder, else http://localhost:4000)
  --data DIR            data folder of the running copy, for signing in
  --token LINK          a one-time administrator link, instead of the data folder (or in GUICHET_TOKEN)`

const OPTIONS = {
  forward: { type: 'string' },
  secret: { type: 'string' },
  json: { type: 'boolean' },
  endpoint: { type: 'string' },
  organizer: { type: 'string' },
  url: { type: 'string' },
  data: { type: 'string' },
  token: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** The `webhooks` command: for those who write a receiver. */
export async function webhooks(args: string[]): Promise<number> {
  const { values, positionals } = readArguments('webhooks', { args, options: OPTIONS, allowPositionals: true })
  const [what, type, ...more] = positionals
  if (values.help || what === undefined) {
    console.log(HELP)
    return 0
  }
  if ((what !== 'listen' && what !== 'trigger') || more.length > 0 || (what === 'listen' && type !== undefined))
    throw new Refusal('"./guichet webhooks --help" lists what it takes.')
  const forward = values.forward === undefined ? undefined : readAddress(values.forward)
  if (values.secret !== undefined && !/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(values.secret))
    throw new Refusal('--secret must be like whsec_ and 24 random bytes or more in base64.')

  const folder = dataFolder(values.data)
  const publicUrl = (values.url ?? runningUrl(folder) ?? 'http://localhost:4000').replace(/\/+$/, '')
  const api = createPublicApi(publicUrl, await signIn(publicUrl, folder, values.token ?? process.env.GUICHET_TOKEN))
  return withSession(api, async (signal) => {
    const organizer = await chooseOrganizer(api, values.organizer)
    if (what === 'trigger') return trigger(api, publicUrl, organizer.id, type, values.endpoint)
    return listen(api, { organizer, forward, secret: values.secret, json: values.json ?? false, signal })
  })
}

function readAddress(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new Refusal(`"${text}" is not an address: give one like http://localhost:3000/hook.`)
  return text
}

/** Ends with Ctrl-C, and leaves no session of the administrator behind. */
async function withSession(api: PublicApi, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await work(stopping.signal)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await api.signOut().catch(() => undefined)
  }
}
