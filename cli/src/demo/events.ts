import type { EventBody, Texts } from '../import/record.ts'
import type { PictureOrder } from './pictures.ts'

export type DemoTicketType = {
  name: Texts
  description?: Texts
  priceMinor: number
  currency: string
  capacity: number
  maxPerOrder?: number
  /** Sale opens so many days from today; absent: it is open. */
  opensInDays?: number
}

export type DemoEvent = {
  ref: string
  title: Required<Texts>
  description: Required<Texts>
  category: string
  venue: EventBody['venue']
  timeZone: string
  /** Not before so many days from today … */
  inDays: number
  /** … on this day of the week (1 Monday … 7 Sunday), at this local time. */
  weekday: number
  at: string
  minutes: number
  picture: PictureOrder
  imageAlt: Required<Texts>
  ticketTypes: DemoTicketType[]
  /** Everything is bought by guests of the seed. */
  soldOut?: boolean
  cancelled?: Required<Texts>
}

const full = (priceMinor: number, capacity: number, currency = 'EUR'): DemoTicketType => ({
  name: { en: 'Full price', fr: 'Plein tarif' },
  priceMinor,
  currency,
  capacity,
})
const reduced = (priceMinor: number, capacity: number, currency = 'EUR'): DemoTicketType => ({
  name: { en: 'Reduced price', fr: 'Tarif réduit' },
  description: {
    en: 'Under 26, students, job seekers; proof is asked for at the door.',
    fr: 'Moins de 26 ans, étudiants, demandeurs d’emploi ; justificatif demandé à l’entrée.',
  },
  priceMinor,
  currency,
  capacity,
})
const free = (capacity: number): DemoTicketType => ({
  name: { en: 'Free admission', fr: 'Entrée libre' },
  priceMinor: 0,
  currency: 'EUR',
  capacity,
})

/** The programme of a fictional organizer. Venues are true cities with invented houses. */
export const demoEvents: DemoEvent[] = [
  {
    ref: 'demo-blue-opening',
    title: { en: 'Blue Nights: the opening concert', fr: 'Les Nuits Bleues : le concert d’ouverture' },
    description: {
      en: 'The season opens as it always does: lights out, one long breath, and **forty musicians** who begin in the dark.\n\nOn the programme, *La Mer* in an arrangement for brass and voices, two pieces written for the evening, and a second half that nobody will tell you about in advance.\n\n- Doors at 19:15\n- Bar in the interval\n- Ear protection for children at the cloakroom',
      fr: 'La saison s’ouvre comme toujours : on éteint tout, on respire, et **quarante musiciens** commencent dans le noir.\n\nAu programme, *La Mer* arrangée pour cuivres et voix, deux créations de la soirée, et une seconde partie dont personne ne vous dira rien à l’avance.\n\n- Ouverture des portes à 19 h 15\n- Bar à l’entracte\n- Casques pour enfants au vestiaire',
    },
    category: 'concert',
    venue: { name: 'Le Grand Large', address: '14 quai des Brumes', city: 'Paris', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 12,
    weekday: 5,
    at: '20:00',
    minutes: 135,
    picture: { motif: 'moon', colours: ['#0b1a4a', '#2b4da8', '#f5e9c8'], seed: 11 },
    imageAlt: {
      en: 'A pale moon over dark blue hills and stars',
      fr: 'Une lune pâle sur des collines bleu nuit étoilées',
    },
    ticketTypes: [
      { ...full(3800, 320), name: { en: 'Stalls', fr: 'Parterre' } },
      { ...full(2600, 180), name: { en: 'Balcony', fr: 'Balcon' } },
      reduced(1500, 90),
    ],
  },
  {
    ref: 'demo-barge-jazz',
    title: { en: 'Jazz on the barge: the Lila Monfort Trio', fr: 'Jazz à la péniche : Lila Monfort Trio' },
    description: {
      en: 'Piano, double bass and a drum kit that only just fits below deck. Lila Monfort plays the songs of *Low Water*, her second record, to twenty-four people at a time.\n\nAdmission is free; there is a hat by the gangway.',
      fr: 'Un piano, une contrebasse et une batterie qui tient tout juste sous le pont. Lila Monfort joue les chansons de *Basses eaux*, son deuxième disque, pour vingt-quatre personnes à la fois.\n\nL’entrée est libre ; un chapeau attend près de la passerelle.',
    },
    category: 'concert',
    venue: { name: 'Péniche L’Escale', address: 'Quai des Chartrons', city: 'Bordeaux', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 6,
    weekday: 4,
    at: '19:30',
    minutes: 90,
    picture: { motif: 'waves', colours: ['#3a1c4f', '#14213d', '#fca311'], seed: 5 },
    imageAlt: { en: 'An orange sun above purple water', fr: 'Un soleil orange au-dessus d’une eau violette' },
    ticketTypes: [{ ...free(24), maxPerOrder: 6 }],
    soldOut: true,
  },
  {
    ref: 'demo-carmen-courtyard',
    title: { en: 'Carmen in the courtyard', fr: 'Carmen dans la cour' },
    description: {
      en: 'Bizet with nine singers, a string quartet and an accordion, staged between the arcades of a former silk works. Sung in French with English surtitles.\n\n> “You leave with dust on your shoes and the Habanera in your head.” – *La Gazette du Rhône*\n\nBring something warm: the stones forget the sun by ten.',
      fr: 'Bizet pour neuf chanteurs, un quatuor à cordes et un accordéon, entre les arcades d’une ancienne soierie. Chanté en français, surtitré en anglais.\n\n> « On repart les chaussures poussiéreuses et la Habanera en tête. » – *La Gazette du Rhône*\n\nPrévoyez un vêtement chaud : à dix heures, la pierre a oublié le soleil.',
    },
    category: 'theatre',
    venue: { name: 'La Soierie', address: '3 montée des Canuts', city: 'Lyon', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 26,
    weekday: 6,
    at: '21:00',
    minutes: 150,
    picture: { motif: 'arches', colours: ['#5b0e2d', '#d1495b', '#f4b183'], seed: 7 },
    imageAlt: { en: 'Four arches in warm red light', fr: 'Quatre arcades dans une lumière rouge' },
    ticketTypes: [
      full(4200, 240),
      reduced(2400, 60),
      { ...full(6900, 30), name: { en: 'Front row with a drink', fr: 'Premier rang et un verre' } },
    ],
  },
  {
    ref: 'demo-north-light',
    title: { en: 'North Light: paintings from the long evenings', fr: 'Lumière du Nord : peintures des longs soirs' },
    description: {
      en: 'Sixty paintings made between nine in the evening and midnight, in the weeks when it does not get dark. A guided visit starts every hour; the first one on Sunday is in sign language.\n\nThe lift goes to every room. Wheelchairs can be borrowed at the desk.',
      fr: 'Soixante tableaux peints entre neuf heures du soir et minuit, dans les semaines où la nuit ne tombe pas. Une visite guidée part toutes les heures ; la première du dimanche est en langue des signes.\n\nToutes les salles sont accessibles par ascenseur. Fauteuils roulants prêtés à l’accueil.',
    },
    category: 'exhibition',
    venue: { name: 'Halle aux Toiles', address: '21 rue du Beffroi', city: 'Lille', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 9,
    weekday: 7,
    at: '10:00',
    minutes: 480,
    picture: { motif: 'rings', colours: ['#0f4c5c', '#9bd1c9', '#f2f4e8'], seed: 3 },
    imageAlt: { en: 'Broken rings in pale green light', fr: 'Anneaux brisés dans une lumière vert pâle' },
    ticketTypes: [
      full(1200, 400),
      reduced(700, 200),
      { ...free(100), name: { en: 'Under 12', fr: 'Moins de 12 ans' } },
    ],
  },
  {
    ref: 'demo-small-systems',
    title: {
      en: 'Small Systems: a day for those who run their own servers',
      fr: 'Petits systèmes : une journée pour qui héberge chez soi',
    },
    description: {
      en: 'One track, eight talks, no slides with logos. Backups that were really restored, databases on machines that cost less than lunch, and an hour for questions that you would not ask elsewhere.\n\n1. **09:30** Welcome and coffee\n2. **10:00** Talks\n3. **12:30** Lunch, included\n4. **16:30** Open questions',
      fr: 'Une seule salle, huit exposés, aucun logo à l’écran. Des sauvegardes vraiment restaurées, des bases de données sur des machines moins chères qu’un déjeuner, et une heure pour les questions qu’on n’ose pas poser ailleurs.\n\n1. **9 h 30** Accueil et café\n2. **10 h** Exposés\n3. **12 h 30** Déjeuner, compris\n4. **16 h 30** Questions libres',
    },
    category: 'conference',
    venue: { name: 'Hangar 32', address: '32 quai des Antilles', city: 'Nantes', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 40,
    weekday: 4,
    at: '09:30',
    minutes: 480,
    picture: { motif: 'grid', colours: ['#111d4a', '#3d5a80', '#98c1d9'], seed: 21 },
    imageAlt: { en: 'A grid of pale blue shapes', fr: 'Une grille de formes bleu pâle' },
    ticketTypes: [
      { ...full(9000, 150), name: { en: 'Standard', fr: 'Standard' } },
      { ...full(4500, 40), name: { en: 'Student', fr: 'Étudiant' } },
      {
        ...full(18000, 40),
        name: { en: 'Supporter (pays a seat for someone else)', fr: 'Solidaire (offre une place)' },
      },
    ],
  },
  {
    ref: 'demo-first-bowl',
    title: {
      en: 'The first bowl: an afternoon at the potter’s wheel',
      fr: 'Le premier bol : un après-midi au tour de potier',
    },
    description: {
      en: 'Three hours, six wheels, one teacher with a lot of patience. You take part with your hands and leave with clay on your elbows; your two best bowls are fired and sent to you.\n\nNo experience needed. From 14 years.',
      fr: 'Trois heures, six tours, une potière très patiente. On met les mains dans la terre et on repart de l’argile jusqu’aux coudes ; vos deux meilleurs bols sont cuits et vous sont envoyés.\n\nAucune expérience nécessaire. À partir de 14 ans.',
    },
    category: 'workshop',
    venue: {
      name: 'Atelier du Rempart',
      address: '8 rue des Tanneurs',
      city: 'Strasbourg',
      country: 'FR',
      online: false,
    },
    timeZone: 'Europe/Paris',
    inDays: 15,
    weekday: 6,
    at: '14:00',
    minutes: 180,
    picture: { motif: 'rings', colours: ['#6b3e26', '#c98f5e', '#ffe8d1'], seed: 17 },
    imageAlt: { en: 'Rings in the colours of clay', fr: 'Des cercles couleur d’argile' },
    ticketTypes: [
      { ...full(6500, 6), name: { en: 'A wheel of your own', fr: 'Un tour rien que pour vous' }, maxPerOrder: 2 },
    ],
  },
  {
    ref: 'demo-late-laughs',
    title: {
      en: 'Late Laughs: five comedians, seven minutes each',
      fr: 'Rires tardifs : cinq humoristes, sept minutes chacun',
    },
    description: {
      en: 'A bell, a microphone, and the rule that nobody may mention trains. Half of the evening in French, half in English, and the rest in Brussels.\n\nFrom 16 years. Late-comers become part of the show.',
      fr: 'Une cloche, un micro, et une règle : interdit de parler des trains. La moitié de la soirée en français, l’autre en anglais, et le reste en bruxellois.\n\nÀ partir de 16 ans. Les retardataires font partie du spectacle.',
    },
    category: 'comedy',
    venue: { name: 'Le Petit Tram', address: 'Rue des Fripiers 9', city: 'Brussels', country: 'BE', online: false },
    timeZone: 'Europe/Brussels',
    inDays: 8,
    weekday: 5,
    at: '21:30',
    minutes: 75,
    picture: { motif: 'spotlights', colours: ['#2d0b3a', '#6a1b4d', '#ffd166'], seed: 9 },
    imageAlt: { en: 'Yellow spotlights over a dark audience', fr: 'Des projecteurs jaunes au-dessus du public' },
    ticketTypes: [full(1400, 110), { ...full(4800, 15), name: { en: 'Table for four', fr: 'Table de quatre' } }],
  },
  {
    ref: 'demo-salt-and-brass',
    title: { en: 'Salt & Brass: a festival by the harbour', fr: 'Sel & Cuivres : un festival sur le port' },
    description: {
      en: 'Two days of fanfares, sea songs and dancing on the quay. Eleven bands from Marseille to Beirut, a brass parade at noon, and fish soup from the old market hall.\n\nThe day tickets are for one day, the pass is for both. Children under 10 come in free with an adult.',
      fr: 'Deux jours de fanfares, de chants de marins et de bal sur le quai. Onze groupes de Marseille à Beyrouth, une parade de cuivres à midi, et la soupe de poisson des anciennes halles.\n\nLes billets valent pour un jour, le pass pour les deux. Gratuit pour les moins de 10 ans accompagnés.',
    },
    category: 'festival',
    venue: {
      name: 'Quai de la Tourette',
      address: 'Quai de la Tourette',
      city: 'Marseille',
      country: 'FR',
      online: false,
    },
    timeZone: 'Europe/Paris',
    inDays: 55,
    weekday: 6,
    at: '11:00',
    minutes: 2160,
    picture: { motif: 'confetti', colours: ['#00509d', '#00b4d8', '#ff7b54'], seed: 2 },
    imageAlt: { en: 'Confetti over a blue sky', fr: 'Des confettis sur un ciel bleu' },
    ticketTypes: [
      { ...full(4900, 1500), name: { en: 'Weekend pass', fr: 'Pass deux jours' } },
      { ...full(2900, 900), name: { en: 'Saturday', fr: 'Samedi' } },
      { ...full(2900, 900), name: { en: 'Sunday', fr: 'Dimanche' } },
    ],
  },
  {
    ref: 'demo-lake-trail',
    title: { en: 'The Lake Trail: 24 km above Annecy', fr: 'Le Trail du Lac : 24 km au-dessus d’Annecy' },
    description: {
      en: 'Twenty-four kilometres, 1,350 metres up, and a soup at the finish that people come back for. Three aid stations; cups are your own.\n\n**Start** in two waves: 08:00 and 08:20. A medical certificate is needed to collect the bib.',
      fr: 'Vingt-quatre kilomètres, 1 350 mètres de montée, et à l’arrivée une soupe pour laquelle on revient. Trois ravitaillements ; apportez votre gobelet.\n\n**Départ** en deux vagues : 8 h et 8 h 20. Certificat médical demandé au retrait du dossard.',
    },
    category: 'sport',
    venue: { name: 'Plage d’Albigny', address: 'Avenue du Petit Port', city: 'Annecy', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 33,
    weekday: 7,
    at: '08:00',
    minutes: 420,
    picture: { motif: 'hills', colours: ['#cfe8ef', '#5b8e7d', '#ffb703'], seed: 13 },
    imageAlt: { en: 'A dotted path through green mountains', fr: 'Un sentier pointillé dans des montagnes vertes' },
    ticketTypes: [
      { ...full(3200, 450), name: { en: 'Bib', fr: 'Dossard' } },
      { ...full(4700, 150), name: { en: 'Bib and T-shirt', fr: 'Dossard et T-shirt' } },
    ],
  },
  {
    ref: 'demo-paper-fox',
    title: { en: 'The Paper Fox: a puppet show from 4 years', fr: 'Le Renard de papier : marionnettes dès 4 ans' },
    description: {
      en: 'A fox is folded, gets wet, and has to find a new shape. Forty minutes without a word, so that everyone understands it; afterwards the children fold their own.\n\nPushchairs stay in the hall. The Saturday show is relaxed: lights stay on, noises are welcome.',
      fr: 'Un renard de papier prend la pluie et doit trouver une autre forme. Quarante minutes sans un mot, donc pour tout le monde ; ensuite, les enfants plient le leur.\n\nLes poussettes restent dans le hall. La séance est « détendue » : la salle reste éclairée, les bruits sont bienvenus.',
    },
    category: 'family',
    venue: {
      name: 'Théâtre de la Brindille',
      address: '5 place du Salin',
      city: 'Toulouse',
      country: 'FR',
      online: false,
    },
    timeZone: 'Europe/Paris',
    inDays: 18,
    weekday: 6,
    at: '15:30',
    minutes: 60,
    picture: { motif: 'confetti', colours: ['#fff1d6', '#ffc27a', '#e4572e'], seed: 31 },
    imageAlt: { en: 'Scraps of orange paper', fr: 'Des morceaux de papier orange' },
    ticketTypes: [
      { ...full(900, 70), name: { en: 'Adult', fr: 'Adulte' } },
      { ...full(500, 90), name: { en: 'Child', fr: 'Enfant' } },
    ],
  },
  {
    ref: 'demo-blue-hour-london',
    title: { en: 'The Blue Hour: piano by candlelight', fr: 'L’Heure bleue : piano aux chandelles' },
    description: {
      en: 'Ravel, Satie and an hour of improvisation, in a chapel lit by two hundred candles. The doors close when the last one is lit.\n\nThe chapel is not heated. We are told that this helps.',
      fr: 'Ravel, Satie et une heure d’improvisation, dans une chapelle éclairée par deux cents bougies. Les portes ferment quand la dernière est allumée.\n\nLa chapelle n’est pas chauffée. Il paraît que cela aide.',
    },
    category: 'concert',
    venue: { name: 'St Audrey’s Chapel', address: '27 Lantern Lane', city: 'London', country: 'GB', online: false },
    timeZone: 'Europe/London',
    inDays: 21,
    weekday: 4,
    at: '19:00',
    minutes: 100,
    picture: { motif: 'candles', colours: ['#1d1135', '#3c1642', '#ffb347'], seed: 4 },
    imageAlt: { en: 'Candles in the dark', fr: 'Des bougies dans le noir' },
    ticketTypes: [full(2800, 120, 'GBP'), reduced(1600, 30, 'GBP')],
  },
  {
    ref: 'demo-lac-strings',
    title: { en: 'Strings on the lake: a steamboat concert', fr: 'Des cordes sur le lac : concert en bateau à vapeur' },
    description: {
      en: 'A string quartet on the upper deck, the Jura on one side and the Alps on the other. We leave on time and come back when the last movement is over.\n\nBoarding from 17:15. In rain the quartet moves below.',
      fr: 'Un quatuor à cordes sur le pont supérieur, le Jura d’un côté, les Alpes de l’autre. On part à l’heure et on revient à la fin du dernier mouvement.\n\nEmbarquement dès 17 h 15. Par temps de pluie, le quatuor joue à l’intérieur.',
    },
    category: 'concert',
    venue: { name: 'Bateau L’Hirondelle', address: 'Quai du Mont-Blanc', city: 'Geneva', country: 'CH', online: false },
    timeZone: 'Europe/Zurich',
    inDays: 30,
    weekday: 7,
    at: '17:45',
    minutes: 120,
    picture: { motif: 'waves', colours: ['#bde0fe', '#457b9d', '#fefae0'], seed: 8 },
    imageAlt: { en: 'A pale sun above a calm blue lake', fr: 'Un soleil pâle sur un lac calme' },
    ticketTypes: [full(5400, 140, 'CHF'), { ...full(8200, 40, 'CHF'), name: { en: 'With supper', fr: 'Avec souper' } }],
  },
  {
    ref: 'demo-impro-montreal',
    title: { en: 'Say Yes: an improvised play', fr: 'Dire oui : une pièce improvisée' },
    description: {
      en: 'Six players, one suggestion from the hall, and a play with three acts that did not exist when you bought the ticket. In French, with an English night on request of the audience – which means: shout.',
      fr: 'Six joueurs, une suggestion de la salle, et une pièce en trois actes qui n’existait pas quand vous avez acheté le billet. En français, ou en anglais si le public le réclame – donc : criez.',
    },
    category: 'theatre',
    venue: {
      name: 'Salle Bellerose',
      address: '4120, rue Saint-Denis',
      city: 'Montréal',
      country: 'CA',
      online: false,
    },
    timeZone: 'America/Toronto',
    inDays: 14,
    weekday: 3,
    at: '20:00',
    minutes: 110,
    picture: { motif: 'spotlights', colours: ['#032b43', '#136f63', '#e0ca3c'], seed: 19 },
    imageAlt: { en: 'Green spotlights over a full hall', fr: 'Des projecteurs verts sur une salle pleine' },
    ticketTypes: [full(3000, 160, 'CAD'), reduced(1800, 60, 'CAD')],
  },
  {
    ref: 'demo-night-signal-berlin',
    title: {
      en: 'Night Signal: modular synthesizers until four',
      fr: 'Night Signal : synthétiseurs modulaires jusqu’à quatre heures',
    },
    description: {
      en: 'Nine musicians, no laptops, a former telephone exchange. The sale opens soon: **look here again**, or note the date.\n\nFrom 18 years. No photos, please: we cover the lenses at the door.',
      fr: 'Neuf musiciens, aucun ordinateur, un ancien central téléphonique. La vente ouvre bientôt : **revenez ici**, ou notez la date.\n\nÀ partir de 18 ans. Pas de photos : les objectifs sont couverts à l’entrée.',
    },
    category: 'concert',
    venue: { name: 'Fernamt', address: 'Relaisstraße 7', city: 'Berlin', country: 'DE', online: false },
    timeZone: 'Europe/Berlin',
    inDays: 62,
    weekday: 6,
    at: '22:00',
    minutes: 360,
    picture: { motif: 'sound', colours: ['#10002b', '#3c096c', '#9ef01a'], seed: 6 },
    imageAlt: { en: 'Bright green sound bars on violet', fr: 'Des barres sonores vertes sur fond violet' },
    ticketTypes: [
      { ...full(2200, 250), name: { en: 'Early ticket', fr: 'Billet anticipé' }, opensInDays: 10 },
      { ...full(2800, 450), name: { en: 'Regular ticket', fr: 'Billet normal' }, opensInDays: 10 },
    ],
  },
  {
    ref: 'demo-cinema-nice',
    title: { en: 'Cinema under the pines', fr: 'Cinéma sous les pins' },
    description: {
      en: 'A screen between two trees, a film that was voted for, and a blanket for everyone who forgot one.',
      fr: 'Un écran entre deux arbres, un film choisi par vote, et une couverture pour qui aurait oublié la sienne.',
    },
    category: 'other',
    venue: { name: 'Parc de la Pinède', address: 'Avenue des Pins', city: 'Nice', country: 'FR', online: false },
    timeZone: 'Europe/Paris',
    inDays: 10,
    weekday: 5,
    at: '21:15',
    minutes: 130,
    picture: { motif: 'moon', colours: ['#132a13', '#4f772d', '#ecf39e'], seed: 23 },
    imageAlt: { en: 'A yellow moon over dark green hills', fr: 'Une lune jaune sur des collines vert sombre' },
    ticketTypes: [full(800, 200), { ...free(60), name: { en: 'Under 16', fr: 'Moins de 16 ans' } }],
    cancelled: {
      en: 'The park is closed after the storm. Tickets are refunded in full.',
      fr: 'Le parc est fermé après la tempête. Les billets sont intégralement remboursés.',
    },
  },
  {
    ref: 'demo-how-a-ticket-works',
    title: { en: 'How a ticket works: an evening online', fr: 'Comment marche un billet : une soirée en ligne' },
    description: {
      en: 'What happens between the click and the beep at the door? An hour about stock, queues, signatures and why the last two seats are the hardest. Questions welcome, code shown.\n\nThe link comes with the ticket.',
      fr: 'Que se passe-t-il entre le clic et le bip à l’entrée ? Une heure sur le stock, les files d’attente, les signatures, et pourquoi les deux dernières places sont les plus difficiles. Questions bienvenues, code à l’écran.\n\nLe lien arrive avec le billet.',
    },
    category: 'conference',
    venue: { online: true },
    timeZone: 'Europe/Paris',
    inDays: 5,
    weekday: 2,
    at: '18:30',
    minutes: 75,
    picture: { motif: 'grid', colours: ['#22223b', '#4a4e69', '#f2e9e4'], seed: 41 },
    imageAlt: { en: 'A grid of light shapes on slate', fr: 'Une grille de formes claires sur fond ardoise' },
    ticketTypes: [free(500)],
  },
]
