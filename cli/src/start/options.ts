import { readArguments, readPort } from '../arguments.ts'
import { dataFolder } from '../paths.ts'
import { Refusal } from '../refusal.ts'

export type StartOptions = {
  port: number
  host: string
  folder: string
  empty: boolean
  publicUrl: string
  localUrl: string
}

export function readStartOptions(args: string[]): StartOptions {
  const { values } = readArguments('start', {
    args,
    options: {
      port: { type: 'string', default: '4000' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      empty: { type: 'boolean', default: false },
    },
  })
  const { host } = values
  const port = readPort(values.port)
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host
  return {
    port,
    host,
    folder: dataFolder(values.data),
    empty: values.empty,
    publicUrl: readPublicUrl(process.env.GUICHET_PUBLIC_URL) ?? `http://localhost:${port}`,
    localUrl: `http://${reachable}:${port}`,
  }
}

/** Behind a proxy people type another address than the one that we listen on. */
function readPublicUrl(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (!URL.canParse(text)) throw new Refusal(`GUICHET_PUBLIC_URL is not a URL: "${text}".`)
  return new URL(text).origin
}
