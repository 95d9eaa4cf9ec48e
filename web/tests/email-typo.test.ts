import { describe, expect, it } from 'vitest'
import { suggestEmail } from '../src/email/typo.ts'

const slips: [string, string][] = [
  ['gmial.com', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmail.cm', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['gamil.com', 'gmail.com'],
  ['gnail.com', 'gmail.com'],
  ['gmaill.com', 'gmail.com'],
  ['gmail,com', 'gmail.com'],
  ['gmail..com', 'gmail.com'],
  ['gmail.fr', 'gmail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['hotmail.con', 'hotmail.com'],
  ['hotmal.fr', 'hotmail.fr'],
  ['hotmai.fr', 'hotmail.fr'],
  ['outlok.com', 'outlook.com'],
  ['outloook.fr', 'outlook.fr'],
  ['yaho.fr', 'yahoo.fr'],
  ['yahooo.com', 'yahoo.com'],
  ['yahho.fr', 'yahoo.fr'],
  ['orange.f', 'orange.fr'],
  ['ornage.fr', 'orange.fr'],
  ['orang.fr', 'orange.fr'],
  ['wanado.fr', 'wanadoo.fr'],
  ['wannadoo.fr', 'wanadoo.fr'],
  ['laposte.met', 'laposte.net'],
  ['lapost.net', 'laposte.net'],
  ['icoud.com', 'icloud.com'],
  ['icloud.om', 'icloud.com'],
  ['frree.fr', 'free.fr'],
  ['sfr.frr', 'sfr.fr'],
  ['protonmial.com', 'protonmail.com'],
]

describe('a slip in an e-mail address', () => {
  it.each(slips)('%s is probably %s', (typed, meant) => {
    expect(suggestEmail(`camille@${typed}`)).toBe(`camille@${meant}`)
  })

  it('is only seen where there is one', () => {
    const right = [
      ...[
        'gmail.com',
        'orange.fr',
        'mail.com',
        'gmx.com',
        'ymail.com',
        'pm.me',
        'example.org',
        'ac-paris.fr',
        'ens.fr',
        'cnrs.fr',
      ],
      ...[
        'tickets.example',
        'univ-lyon1.fr',
        'web.de',
        'bbc.co.uk',
        'proton.me',
        'hey.com',
        'fastmail.com',
        'zoho.eu',
        'ovh.net',
        'mairie-lille.fr',
      ],
    ]
    expect(right.filter((domain) => suggestEmail(`camille@${domain}`) !== null)).toEqual([])
  })

  it('never invents an address where there is none', () => {
    expect(['', 'camille', '@gmail.com', 'camille@'].map(suggestEmail)).toEqual([null, null, null, null])
  })
})
