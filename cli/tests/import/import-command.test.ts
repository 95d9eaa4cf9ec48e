import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { importCommand } from '../../src/import/import-command.ts'
import type { Report } from '../../src/import/report.ts'
import { openShop, type Shop } from './shop-fixture.ts'

let shop: Shop
let folder: string
beforeAll(async () => {
  shop = await openShop()
  folder = await mkdtemp(join(tmpdir(), 'guichet-import-'))
})
afterAll(async () => {
  await shop.stop()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => vi.restoreAllMocks())

/** Runs the command as a person would, and gives back its report. */
async function run(name: string, text: string, ...args: string[]): Promise<{ code: number; report: Report }> {
  const path = join(folder, name)
  await writeFile(path, text)
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line))
  const link = args.includes('--dry-run') ? [] : ['--token', await shop.adminLink()]
  const code = await importCommand([path, '--url', shop.url, '--json', ...link, ...args])
  return { code, report: JSON.parse(printed.join('\n')) as Report }
}
const get = async (path: string): Promise<ReturnType<typeof JSON.parse>> =>
  (await fetch(`${shop.url}/api${path}`)).json()
const conference = (name: string, own: object = {}) => ({
  name,
  url: `https://${name.toLowerCase().replace(/\W/g, '')}.example`,
  startDate: '2031-05-04',
  endDate: '2031-05-06',
  city: 'Lyon',
  country: 'France',
  online: false,
  topics: ['data'],
  ...own,
})

describe('./guichet import', () => {
  it('creates what is new, leaves what is the same, updates what has changed, and puts it on sale once', async () => {
    const file = (records: object[]) => JSON.stringify(records, null, 1)
    const records = [
      conference('Alpha'),
      conference('Beta', { startDate: '2031-05-05' }),
      conference('Gamma', { startDate: '2025-01-01', endDate: '2025-01-02' }),
    ]
    const types = ['--ticket-type', 'Standard:49.00 EUR:200', '--ticket-type', 'Free:0:10', '--organizer', 'Once More']
    const first = await run('a.json', file(records), ...types)
    expect(first.code).toBe(0)
    // The one of 2025 is over: there, but not on sale.
    expect(first.report).toMatchObject({ created: 3, updated: 0, unchanged: 0, refused: [], ticketTypesCreated: 4 })

    const second = await run('a.json', file(records), ...types)
    expect(second.code).toBe(0)
    expect(second.report).toMatchObject({ created: 0, updated: 0, unchanged: 3, ticketTypesCreated: 0 })
    expect(second.report.organizerId).toBe(first.report.organizerId)

    const changed = await run(
      'a.json',
      file([conference('Alpha', { endDate: '2031-05-07' }), ...records.slice(1)]),
      ...types,
    )
    expect(changed.report).toMatchObject({ created: 0, updated: 1, unchanged: 2, ticketTypesCreated: 0 })

    const { items } = await get(`/events/v1/events?organizerId=${first.report.organizerId}&from=2020-01-01`)
    expect(items.map((event: { title: { en: string }; status: string }) => [event.title.en, event.status])).toEqual([
      ['Gamma', 'published'],
      ['Alpha', 'published'],
      ['Beta', 'published'],
    ])
    const onSale = await get(`/tickets/v1/events/${items[2].id}/ticket-types`)
    expect(
      onSale.items.map((type: { name: { en: string }; priceMinor: number }) => [type.name.en, type.priceMinor]),
    ).toEqual([
      ['Standard', 4900],
      ['Free', 0],
    ])
  })

  it('imports the good records of a bad file and says of each other one why, with its line', async () => {
    const csv =
      'title,start,end,city,country\ngood one,2031-01-01,,Paris,FR\n,2031-01-01,,Paris,FR\nend,2031-01-02,2031-01-01,Paris,FR\ngood two,2031-01-01,,Paris,FR\n'
    const { code, report } = await run('b.csv', csv)
    expect(code).toBe(1)
    expect(report).toMatchObject({ format: 'csv', created: 2 })
    expect(report.refused).toEqual([
      { line: 3, label: 'row without a title', reason: 'it has no title' },
      { line: 4, label: 'end', reason: 'it ends before it starts' },
    ])
  })

  it('leaves drafts with --draft, and a picture out that cannot be fetched', async () => {
    const event = {
      '@type': 'MusicEvent',
      name: 'Hidden night',
      startDate: '2031-01-01T20:00:00+01:00',
      location: { name: 'Cave', address: { addressLocality: 'Lyon', addressCountry: 'FR' } },
      image: 'http://127.0.0.1:9/secret.png',
    }
    const { code, report } = await run('c.jsonld', JSON.stringify(event), '--draft', '--organizer', 'Quiet')
    expect(code).toBe(0)
    expect(report.created).toBe(1)
    expect(report.notes.map(({ note }) => note)).toContain('its picture could not be fetched')
    expect((await get(`/events/v1/events?organizerId=${report.organizerId}`)).items).toEqual([])
    const again = await run('c.jsonld', JSON.stringify(event), '--draft', '--organizer', 'Quiet')
    expect(again.report).toMatchObject({ created: 0, updated: 0, unchanged: 1 })
  })

  it('goes on through a restart of the shop', async () => {
    shop.fail(3)
    const { code, report } = await run('d.json', JSON.stringify([conference('Delta'), conference('Epsilon')]))
    expect(code).toBe(0)
    expect(report.created).toBe(2)
  })

  it('sends nothing with --dry-run', async () => {
    const { code, report } = await run(
      'e.json',
      JSON.stringify([conference('Zeta')]),
      '--dry-run',
      '--organizer',
      'Nobody',
    )
    expect(code).toBe(0)
    expect(report).toMatchObject({ dryRun: true, created: 1, organizerId: null })
    expect((await get('/events/v1/events?text=zeta')).items).toEqual([])
  })

  it.each([
    [[], /Give one file/],
    [['/nowhere/at/all.json'], /Cannot read .* \(ENOENT\)/],
    [['--frmat', 'csv', 'x'], /Unknown option/],
    [['package.json', '--format', 'xml'], /is not a format/],
    [['package.json', '--ticket-type', 'cheap'], /is not like/],
    [['package.json', '--url', 'gopher://x', '--format', 'jsonld'], /is not an address/],
  ])('answers %o with one sentence and exit code 2', async (args, sentence) => {
    const said: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line))
    expect(await importCommand(args)).toBe(2)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(sentence)
  })

  it('says what it takes with --help', async () => {
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line))
    expect(await importCommand(['--help'])).toBe(0)
    expect(printed.join()).toMatch(/--ticket-type/)
  })
})
