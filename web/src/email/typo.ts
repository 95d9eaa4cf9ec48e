/** Mail domains that people in France and elsewhere really have; what is one slip away from one is probably that one. */
const known = [
  'gmail.com',
  'googlemail.com',
  'hotmail.com',
  'hotmail.fr',
  'outlook.com',
  'outlook.fr',
  'live.fr',
  'live.com',
  'msn.com',
  'yahoo.com',
  'yahoo.fr',
  'icloud.com',
  'me.com',
  'mac.com',
  'orange.fr',
  'wanadoo.fr',
  'free.fr',
  'sfr.fr',
  'laposte.net',
  'neuf.fr',
  'bbox.fr',
  'numericable.fr',
  'aol.com',
  'gmx.fr',
  'gmx.de',
  'gmx.net',
  'web.de',
  'proton.me',
  'protonmail.com',
  'yahoo.co.uk',
  'hotmail.co.uk',
  'btinternet.com',
  'skynet.be',
  'bluewin.ch',
]

/** Real domains that look like a slip of another. */
const alsoReal = new Set([
  'mail.com',
  'gmx.com',
  'gmx.at',
  'gmx.ch',
  'ymail.com',
  'live.be',
  'live.nl',
  'live.ca',
  'email.com',
  'yahoo.de',
  'yahoo.es',
  'yahoo.it',
  'yahoo.ca',
  'hotmail.de',
  'hotmail.es',
  'hotmail.it',
  'hotmail.be',
  'outlook.de',
  'outlook.es',
  'outlook.be',
  'fre.fr',
  'pm.me',
  'mac.fr',
  'me.fr',
  'bbc.fr',
])

/** Endings that no registry has. */
const wrongEndings: [RegExp, string][] = [
  [/\.(con|cmo|ocm|vom|xom|comm|cim|cpm|om|c0m|coom)$/, '.com'],
  [/\.(ffr|frr|rf|fe|f)$/, '.fr'],
  [/\.(met|nett|ner|nt)$/, '.net'],
]

/**
 * What an address was probably meant to be, or `null` when nothing looks wrong. Only ever a suggestion: an address that
 * we don't know may be right.
 */
export function suggestEmail(typed: string): string | null {
  const email = typed.trim()
  const at = email.lastIndexOf('@')
  if (at < 1) return null
  const name = email.slice(0, at)
  const domain = email.slice(at + 1).toLowerCase()
  if (!domain || known.includes(domain) || alsoReal.has(domain)) return null
  const repaired = tidy(domain)
  const nearest = known.includes(repaired) ? repaired : nearestKnown(repaired)
  const better = nearest ?? repaired
  return better !== domain && better.includes('.') ? `${name}@${better}` : null
}

function tidy(domain: string): string {
  let repaired = domain
    .replaceAll(',', '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.]|[.]$/g, '')
    .replace(/\s/g, '')
  for (const [ending, right] of wrongEndings) repaired = repaired.replace(ending, right)
  // Gmail has one domain, in every country.
  repaired = repaired.replace(/^gmail\.[a-z]{2,3}$/, 'gmail.com')
  return repaired
}

function nearestKnown(domain: string): string | null {
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const slips = distance(domain, candidate)
    // Short domains are near each other: one slip there, two in long ones.
    if (slips <= (candidate.length >= 9 ? 2 : 1) && slips < least) {
      best = candidate
      least = slips
    }
  }
  return best
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0
  for (let row = 1; row <= a.length; row++) {
    rows[row] = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let cost = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + same)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(row - 2, column - 2) + 1)
      }
      rows[row]?.push(cost)
    }
  }
  return at(a.length, b.length)
}
