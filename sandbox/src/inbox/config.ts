import { environmentReader } from '../environment.ts'

export type Config = {
  host: string
  httpPort: number
  smtpPort: number
  /** Folder that holds `journal.jsonl` and `messages/`. */
  journal: string
  /** Where a proxy mounts the pages, such as `/inbox`; empty when it does not. */
  basePath: string
  /** How many messages are kept; the oldest go first. */
  messagesMax: number
  control: boolean
  logLevel: string
}

export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = environmentReader(environment)
  const config: Config = {
    host: read.text('INBOX_HOST', '127.0.0.1'),
    httpPort: read.port('INBOX_HTTP_PORT'),
    smtpPort: read.port('INBOX_SMTP_PORT'),
    journal: read.text('INBOX_JOURNAL'),
    basePath: read.basePath('INBOX_BASE_PATH'),
    messagesMax: 5_000,
    control: read.control,
    logLevel: read.logLevel,
  }
  read.done()
  return config
}
