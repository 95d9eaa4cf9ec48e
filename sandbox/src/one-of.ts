import { Type } from 'typebox'

/** A schema for one of these words. */
export const oneOf = <const Word extends string>(words: readonly Word[]) => Type.Unsafe<Word>({ enum: words })
