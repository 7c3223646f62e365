/** Invented names with realistic frequencies, made from lists and a seed. */

/** Given names of a German town, the most frequent first; a name's share falls with its place in the list. */
const givenNames =
  `Thomas Michael Andreas Peter Stefan Maria Christian Martin Anna Sabine Ursula Susanne Monika Petra Klaus
  Wolfgang Claudia Julia Markus Jürgen Karin Birgit Daniel Alexander Frank Andrea Brigitte Helga Uwe Renate Bernd Matthias
  Stefanie Katrin Barbara Jan Christine Hans Angelika Nicole Manfred Ralf Gabriele Martina Jörg Sebastian Laura Tobias Lukas
  Sarah Gisela Heike Katharina Anja Heinz Dieter Werner Florian Jens Lena Leon Melanie Mehmet Sandra Silke Marie Max Günter
  Walter Elke Hannah Mustafa Lisa Johannes Christina Sophie Paul Fatma Felix Marion Ayşe Karl Kathrin Ingrid Jonas Tanja Emma
  Ali Elisabeth Rainer Simon Mia Eva Philipp Annette Benjamin Georg Horst Emine Ute Torsten Elias Gerhard Dirk Ben Jutta Sven
  Kerstin Holger Ulrike Patrick Nina Finn Marcel Bärbel Dennis Charlotte Emilia Volker Carmen Robert Vanessa Helmut Hatice
  Joachim Erika Niklas Jakob Oliver Mohammed David Zeynep Anton Rolf Johanna Luca Yusuf Carsten Elif Friedrich Käthe Noah
  Marlene Axel Ahmed Olga Rita Natalia Björn Anke İbrahim Sonja Clara Hüseyin Svetlana Piotr Agnieszka Özlem Aleksandra Tim
  Jessica Rosemarie Vladimir Meryem Omar Irina Marta Łukasz Zoë José Søren Anaïs François Noël Chloé Małgorzata Gökhan Çağla
  Åsa Jiří Zdeněk Nguyen Thi Linh Giulia Matteo Chiara Siobhán Aoife Zsófia László Fatima Amina Ioana Ștefan Dragan Jelena`
    .trim()
    .split(/\s+/)

const familyNames =
  `Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein
  Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid
  Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel
  Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus
  Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler
  Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk
  Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński
  Ivanov Petrov Popov Sokolov Nguyen Tran Le Pham Rossi Russo Ferrari Esposito García Rodríguez Martínez Fernández López Silva
  Santos Pereira Jovanović Petrović Nikolić Marković Nagy Kovács Tóth Szabó Novák Svoboda Dvořák Hansen Jensen Sørensen Andersson
  Johansson Åberg O’Brien O'Neill MacDonald Smith Jones Brown Dubois Lefèvre Bernard Moreau Hassan Ahmed Khalil Haddad Rahimi
  Mohammadi Singh Kumar Patel Chen Wang Kim Popescu Ionescu Dimitrov Papadopoulos`
    .trim()
    .split(/\s+/)

/** Rare family names, which half of the people have, are made of these two. */
const beginnings =
  `Alten Bach Berg Birken Brand Buchen Burg Dorn Eber Eich Erlen Falken Feld Fels Flo Fries Gerst Gold Grün Hag Hasel
  Heide Hell Herz Hirsch Hohen Holz Kalten Kamp Kirch Klee Kron Lind Löwen Mar Mühl Nieder Nuss Ober Oster Reh Reichen Ried Rosen
  Roten Sand Schön Silber Sonnen Stadel Stein Stern Strau Sieben Tannen Thal Ulm Veit Wald Wede Weiden Wester Wiesen Wild Zell`
    .trim()
    .split(/\s+/)
const endings =
  `acher au bach bauer baum beck berg berger born brand brink bruch brunner burg dorf dorfer feld felder fels graf haus
  hauser heim heimer hof hofer hoff höfer holz huber ing inger kamp kämper ke ker kopf lein ler loh mann maier mayer meier meyer
  müller ner now old rath reich reiter rich roth ruh sack schmidt schneider ski städter stein steiner thal ting wald weg wein
  werth wirth ziegler zweig`
    .trim()
    .split(/\s+/)

export interface Person {
  name: string
  email: string | null
  phone: string | null
}

/** This many people, the same in each run. */
export function people(count: number): Person[] {
  const random = generator(20261128)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const given = byRank(givenNames, random)
  const frequent = byRank(familyNames, random)
  const family = () => (random() < 0.5 ? frequent() : pick(beginnings) + pick(endings))
  return Array.from({ length: count }, (_, i) => {
    const first = random() < 0.06 ? `${given()}-${given()}` : given()
    const last = random() < 0.04 ? `${family()}-${family()}` : family()
    const digits = String(1_000_000 + Math.floor(random() * 90_000_000))
    return {
      name: `${random() < 0.03 ? 'Dr. ' : ''}${first} ${last}`,
      email: random() < 0.6 ? `${ascii(first)}.${ascii(last)}${i}@${pick(['mail', 'post', 'web'])}.example` : null,
      phone:
        random() < 0.8
          ? pick([`+49 15${pick([...'12579'])} `, `015${pick([...'12579'])}/`, '030 ', '089-']) + digits
          : null,
    }
  })
}

const ascii = (name: string) =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '')

/** Picks by Zipf's law, which names follow. */
function byRank(names: readonly string[], random: () => number): () => string {
  let sum = 0
  const upTo = names.map((_, rank) => {
    sum += 1 / (rank + 3) ** 0.8
    return sum
  })
  return () => {
    const at = random() * sum
    return names[upTo.findIndex((limit) => at < limit)] as string
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
