import { environmentReader } from '../environment.ts'

export type Config = {
  host: string
  /** Of SMPP. */
  port: number
  /** Of health, journal and control. */
  httpPort: number
  systemId: string
  password: string
  /** PEM: then SMPP is spoken by TLS, from the first byte. */
  tls: { cert: string; key: string } | undefined
  /** Folder that holds `journal.jsonl`. */
  journal: string
  control: boolean
  logLevel: string
}

export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = environmentReader(environment)
  const [cert, key] = [read.text('SMPP_TLS_CERT', ''), read.text('SMPP_TLS_KEY', '')]
  const config: Config = {
    host: read.text('SMPP_HOST', '127.0.0.1'),
    port: read.port('SMPP_PORT'),
    httpPort: read.port('SMPP_HTTP_PORT'),
    systemId: read.text('SMPP_SYSTEM_ID', 'guichet'),
    password: read.text('SMPP_PASSWORD'),
    tls: cert && key ? { cert, key } : undefined,
    journal: read.text('SMPP_JOURNAL'),
    control: read.control,
    logLevel: read.logLevel,
  }
  // SMPP 3.4 §5.2.2: eight characters and a NUL.
  if (config.password.length > 8) read.fault('SMPP_PASSWORD has more than 8 characters')
  read.done()
  return config
}
