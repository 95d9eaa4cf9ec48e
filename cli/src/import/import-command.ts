import { parseArgs } from 'node:util'
import { dataFolder } from '../paths.ts'
import { createPublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'
import { findOrCreateOrganizer } from './organizer.ts'
import { type Format, formats, guessFormat, parseRecords, readText } from './read-file.ts'
import type { Parsed } from './record.ts'
import { count, printReport, progressBar, type Report } from './report.ts'
import { type SendOptions, sendRecords } from './send.ts'
import { runningUrl, signIn } from './sign-in.ts'
import { readTicketTypeOption } from './ticket-type-option.ts'

const HELP = `./guichet import FILE [options]

Imports events from FILE through the public API, as often as you like: what is there and has not changed stays as it is.

  --format FORMAT       conferences | ics | jsonld | csv; guessed when absent
  --organizer NAME|ID   who sells them; created when there is none of that name (default "Imported events")
  --ticket-type TYPE    puts what is imported and not over on sale: "Standard:49.00 EUR:200" (name, price, places);
                        may be repeated; price 0 is free
  --draft               leave them as drafts
  --dry-run             only read the file and say what would be imported
  --url URL             the shop (default: the copy on the data folder, else http://localhost:4000)
  --data DIR            data folder of the running copy, for signing in
  --token LINK          a one-time administrator link, instead of the data folder (or in GUICHET_TOKEN)
  --json                print the report as JSON

formats: conferences  a JSON array of {name, url, startDate, endDate, city, country, online, topics …}
         ics          iCalendar; of repeating events the next 52 occurrences
         jsonld       schema.org Events: JSON-LD, or a page with such script blocks
         csv          a table with a header in English or French

Exit code: 0 everything imported, 1 some records refused, 2 wrong use or unreadable file.`

const OPTIONS = {
  format: { type: 'string' },
  organizer: { type: 'string' },
  'ticket-type': { type: 'string', multiple: true },
  draft: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  url: { type: 'string' },
  data: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const CONCURRENCY = 8
const WRONG_USE = 2

/** The `import` command. Returns the exit code: 0 nothing refused, 1 something refused, 2 wrong use or unreadable. */
export async function importCommand(args: string[]): Promise<number> {
  try {
    return await runImport(args)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    console.error(`guichet: ${error.message}`)
    return WRONG_USE
  }
}

function readOptions(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new Refusal(`${(error as Error).message.split(/[.\n]/)[0]}; "./guichet import --help" lists what it takes.`)
  }
}

async function runImport(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new Refusal('Give one file to import; "./guichet import --help" tells more.')
  const ticketTypes = (values['ticket-type'] ?? []).map(readTicketTypeOption)
  const text = readText(file)
  const format = chooseFormat(values.format, file, text)
  const startedAt = Date.now()
  const parsed = parseRecords(format, text, new Date(startedAt))
  const dryRun = values['dry-run'] ?? false
  const result = dryRun
    ? { organizerId: null, sent: [], refused: [] }
    : await send(parsed, {
        url: values.url,
        folder: dataFolder(values.data),
        token: values.token ?? process.env.GUICHET_TOKEN,
        organizer: values.organizer ?? 'Imported events',
        publish: !values.draft,
        ticketTypes,
      })
  const noted = dryRun ? parsed.records : result.sent
  const report: Report = {
    file,
    format,
    organizerId: result.organizerId,
    dryRun,
    created: dryRun ? parsed.records.length : count(result.sent, 'created'),
    updated: count(result.sent, 'updated'),
    unchanged: count(result.sent, 'unchanged'),
    refused: [...parsed.refused, ...result.refused].sort((a, b) => a.line - b.line),
    ticketTypesCreated: result.sent.reduce((sum, one) => sum + one.ticketTypes, 0),
    notes: noted.flatMap(({ line, label, notes }) => notes.map((note) => ({ line, label, note }))),
    seconds: (Date.now() - startedAt) / 1_000,
  }
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else printReport(report, console.log)
  return report.refused.length > 0 ? 1 : 0
}

function chooseFormat(wanted: string | undefined, file: string, text: string): Format {
  if (wanted !== undefined) {
    const found = formats.find((format) => format === wanted)
    if (!found) throw new Refusal(`"${wanted}" is not a format: ${formats.join(', ')}.`)
    return found
  }
  const guessed = guessFormat(file, text)
  if (!guessed) throw new Refusal(`It is not clear what ${file} holds: say it with --format.`)
  return guessed
}

type Target = Pick<SendOptions, 'publish' | 'ticketTypes'> & {
  url: string | undefined
  folder: string
  token: string | undefined
  organizer: string
}

async function send(parsed: Parsed, target: Target) {
  const publicUrl = (target.url ?? runningUrl(target.folder) ?? 'http://localhost:4000').replace(/\/+$/, '')
  if (!/^https?:\/\//.test(publicUrl) || !URL.canParse(publicUrl))
    throw new Refusal(`"${publicUrl}" is not an address.`)
  const api = createPublicApi(publicUrl, await signIn(publicUrl, target.folder, target.token))
  try {
    const organizer = await findOrCreateOrganizer(api, target.organizer)
    const bar = progressBar(parsed.records.length, process.stderr)
    const { sent, refused } = await sendRecords(api, parsed.records, {
      organizerId: organizer.id,
      publish: target.publish,
      ticketTypes: target.ticketTypes,
      concurrency: CONCURRENCY,
      now: new Date(),
      onProgress: bar.show,
    })
    bar.end()
    return { organizerId: organizer.id, sent, refused }
  } finally {
    // A session of the administrator should not outlive its purpose; if it does, it ends by itself.
    await api.signOut().catch(() => undefined)
  }
}
