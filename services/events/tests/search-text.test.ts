import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldText, patternsOf } from '../src/events/search-text.ts'

describe('folding a text for the search', () => {
  it.each([
    ['Théâtre du Cœur', 'theatre du coeur'],
    ['STRASSE Straße', 'strasse strasse'],
    ['L’Été à São-Paulo!', 'l ete a sao paulo'],
    ['Łódź · Ørsted', 'lodz · orsted'],
    ['ﬁn Ⅳ', 'fin iv'],
    ['東京 ゲーム', '東京 ケーム'],
  ])('makes of %s: %s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })

  it('changes nothing the second time, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text))
      }),
    )
  })

  it('takes the wildcards of LIKE for letters', () => {
    expect(patternsOf('50% _x a\\b')).toEqual(['%50\\%%', '%\\_x%', '%a\\\\b%'])
  })
})
