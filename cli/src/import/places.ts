/** Country by the names that sources use → ISO 3166-1 code; zone where the country has one. */
const COUNTRIES: [code: string, zone: string | null, ...names: string[]][] = [
  ['AE', 'Asia/Dubai', 'united arab emirates', 'uae'],
  ['AM', 'Asia/Yerevan', 'armenia'],
  ['AR', 'America/Argentina/Buenos_Aires', 'argentina'],
  ['AT', 'Europe/Vienna', 'austria', 'osterreich', 'autriche'],
  ['AU', null, 'australia', 'australie'],
  ['BE', 'Europe/Brussels', 'belgium', 'belgique', 'belgie'],
  ['BG', 'Europe/Sofia', 'bulgaria'],
  ['BR', 'America/Sao_Paulo', 'brazil', 'brasil', 'bresil'],
  ['CA', null, 'canada'],
  ['CH', 'Europe/Zurich', 'switzerland', 'suisse', 'schweiz'],
  ['CL', 'America/Santiago', 'chile', 'chili'],
  ['CN', 'Asia/Shanghai', 'china', 'chine'],
  ['CO', 'America/Bogota', 'colombia'],
  ['CY', 'Asia/Nicosia', 'cyprus'],
  ['CZ', 'Europe/Prague', 'czech republic', 'czechia', 'tchequie'],
  ['DE', 'Europe/Berlin', 'germany', 'deutschland', 'allemagne'],
  ['DK', 'Europe/Copenhagen', 'denmark', 'danemark'],
  ['EE', 'Europe/Tallinn', 'estonia'],
  ['EG', 'Africa/Cairo', 'egypt'],
  ['ES', 'Europe/Madrid', 'spain', 'espana', 'espagne'],
  ['FI', 'Europe/Helsinki', 'finland', 'finlande'],
  ['FR', 'Europe/Paris', 'france'],
  [
    'GB',
    'Europe/London',
    'u.k.',
    'uk',
    'united kingdom',
    'great britain',
    'england',
    'scotland',
    'wales',
    'royaume-uni',
  ],
  ['GE', 'Asia/Tbilisi', 'georgia'],
  ['GR', 'Europe/Athens', 'greece', 'grece'],
  ['HK', 'Asia/Hong_Kong', 'hong kong'],
  ['HR', 'Europe/Zagreb', 'croatia', 'croatie'],
  ['HU', 'Europe/Budapest', 'hungary', 'hongrie'],
  ['ID', 'Asia/Jakarta', 'indonesia'],
  ['IE', 'Europe/Dublin', 'ireland', 'irlande'],
  ['IL', 'Asia/Jerusalem', 'israel'],
  ['IN', 'Asia/Kolkata', 'india', 'inde'],
  ['IS', 'Atlantic/Reykjavik', 'iceland'],
  ['IT', 'Europe/Rome', 'italy', 'italia', 'italie'],
  ['JP', 'Asia/Tokyo', 'japan', 'japon'],
  ['KE', 'Africa/Nairobi', 'kenya'],
  ['KR', 'Asia/Seoul', 'south korea', 'korea'],
  ['LT', 'Europe/Vilnius', 'lithuania'],
  ['LU', 'Europe/Luxembourg', 'luxembourg'],
  ['LV', 'Europe/Riga', 'latvia'],
  ['MA', 'Africa/Casablanca', 'morocco', 'maroc'],
  ['MD', 'Europe/Chisinau', 'moldova'],
  ['MK', 'Europe/Skopje', 'north macedonia'],
  ['MT', 'Europe/Malta', 'malta'],
  ['MX', 'America/Mexico_City', 'mexico', 'mexique'],
  ['MY', 'Asia/Kuala_Lumpur', 'malaysia'],
  ['NG', 'Africa/Lagos', 'nigeria'],
  ['NL', 'Europe/Amsterdam', 'netherlands', 'the netherlands', 'pays-bas', 'nederland'],
  ['NO', 'Europe/Oslo', 'norway', 'norvege'],
  ['NZ', 'Pacific/Auckland', 'new zealand'],
  ['PH', 'Asia/Manila', 'philippines'],
  ['PL', 'Europe/Warsaw', 'poland', 'pologne'],
  ['PT', 'Europe/Lisbon', 'portugal'],
  ['RO', 'Europe/Bucharest', 'romania', 'roumanie'],
  ['RS', 'Europe/Belgrade', 'serbia'],
  ['SE', 'Europe/Stockholm', 'sweden', 'suede'],
  ['SG', 'Asia/Singapore', 'singapore', 'singapour'],
  ['SI', 'Europe/Ljubljana', 'slovenia'],
  ['SK', 'Europe/Bratislava', 'slovakia'],
  ['TH', 'Asia/Bangkok', 'thailand'],
  ['TN', 'Africa/Tunis', 'tunisia', 'tunisie'],
  ['TR', 'Europe/Istanbul', 'turkey', 'turkiye', 'turquie'],
  ['TW', 'Asia/Taipei', 'taiwan'],
  ['UA', 'Europe/Kyiv', 'ukraine'],
  ['US', null, 'u.s.a.', 'usa', 'u.s.', 'us', 'united states', 'united states of america', 'etats-unis'],
  ['VN', 'Asia/Ho_Chi_Minh', 'vietnam'],
  ['ZA', 'Africa/Johannesburg', 'south africa', 'afrique du sud'],
]

/** Zones of states, which American sources write after the city: `Sandusky, OH`. */
const US_STATES: Record<string, string> = {
  'America/New_York': 'CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV',
  'America/Chicago': 'AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI',
  'America/Denver': 'CO ID MT NM UT WY',
  'America/Phoenix': 'AZ',
  'America/Los_Angeles': 'CA NV OR WA',
  'America/Anchorage': 'AK',
  'Pacific/Honolulu': 'HI',
}

const CITIES: Record<string, string> = {
  toronto: 'America/Toronto',
  ottawa: 'America/Toronto',
  montreal: 'America/Toronto',
  quebec: 'America/Toronto',
  waterloo: 'America/Toronto',
  calgary: 'America/Edmonton',
  edmonton: 'America/Edmonton',
  banff: 'America/Edmonton',
  winnipeg: 'America/Winnipeg',
  vancouver: 'America/Vancouver',
  victoria: 'America/Vancouver',
  halifax: 'America/Halifax',
  sydney: 'Australia/Sydney',
  sidney: 'Australia/Sydney',
  newcastle: 'Australia/Sydney',
  canberra: 'Australia/Sydney',
  melbourne: 'Australia/Melbourne',
  hobart: 'Australia/Hobart',
  brisbane: 'Australia/Brisbane',
  'gold coast': 'Australia/Brisbane',
  adelaide: 'Australia/Adelaide',
  perth: 'Australia/Perth',
  darwin: 'Australia/Darwin',
  'new york': 'America/New_York',
  chicago: 'America/Chicago',
  'san francisco': 'America/Los_Angeles',
  'los angeles': 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
}

const byName = new Map(COUNTRIES.flatMap(([code, , ...names]) => names.map((name) => [name, code] as const)))
const zoneByCode = new Map(COUNTRIES.map(([code, zone]) => [code, zone]))
const zoneByState = new Map(
  Object.entries(US_STATES).flatMap(([zone, states]) => states.split(' ').map((state) => [state, zone] as const)),
)
/** Where most of a country of several zones lives, when the city is none that we know. */
const MAIN_ZONE: Record<string, string> = { US: 'America/New_York', CA: 'America/Toronto', AU: 'Australia/Sydney' }

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .trim()
}

/** The ISO 3166-1 code of a country that a source names, or the name itself when it is none of ours. */
export function countryCode(name: string | undefined): string | undefined {
  const text = name?.trim()
  if (!text) return undefined
  return byName.get(plain(text)) ?? (/^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : text)
}

/** The zone of a place; `guessed` when only the country decided in a country of several. */
export function zoneOf(
  city: string | undefined,
  country: string | undefined,
): { zone: string; guessed: boolean } | undefined {
  const code = countryCode(country)
  const [town = '', state = ''] = (city ?? '').split(',').map((part) => part.trim())
  const found =
    (code === 'US' || code === undefined ? zoneByState.get(state.toUpperCase()) : undefined) ??
    (code === undefined || ['US', 'CA', 'AU'].includes(code) ? CITIES[plain(town)] : undefined) ??
    (code === undefined ? undefined : zoneByCode.get(code))
  if (found) return { zone: found, guessed: false }
  const main = code === undefined ? undefined : MAIN_ZONE[code]
  return main ? { zone: main, guessed: true } : undefined
}
