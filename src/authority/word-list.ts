// The 2,048 words that a key's fingerprint is read aloud with: 11 bits a word. Our own choice of short, common words
// of 3 to 7 letters, any two of which differ in at least two letters (an exchange of neighbours counts as one), so that
// a slip of a finger is noticed. Frozen: a word that moved would change every fingerprint ever read to somebody.

export const WORDS: readonly string[] = `
  abacus above absorb acacia academy accent acclaim account acid acorn acre acrobat across action active
  actor adapt add adjust admire adobe advance adverb advice aerial affair afford agenda agent agile agree
  ahead aim airport alarm album alcove alder alert algae algebra alias alibi alloy almanac almond almost
  alone alpaca alpha alpine already always amateur amaze amber amend amigo ammonia amuse anagram analog
  anchor ancient android animal anise ankle annex annual answer antenna anthem antique antler anvil apart
  aphid appeal apricot april apron arcade archery archive arctic ardent arena argyle armada aroma around
  arrange arrive article artist aside aspect aspen aspire asset assist assume astral athlete atlas atoll
  atom attach attempt attend attic audio august aurora author autumn avenue average avocado await awake
  award awesome axis azure backup badger baffle bag baggage bagpipe bake balance balcony ballad ballet
  balloon balsa bamboo banana bandage bangle banjo banker banquet banyan baobab barber bargain barge barley
  barn barrel barrier basalt basil basket bassoon batch bathe baton battery bayou beacon beak beanbag beard
  beaver become bedrock beetle begin begonia behind behold beige belief bell belong bench beneath benefit
  beret beside bestow better between beware beyond bicycle billion bind bingo biology biplane birch biscuit
  bison bisque bistro blank blazer blend bless blimp block bloom blossom blot blouse bluff bluish blunt boat
  bobbin bobcat bobsled bodice boiler bonanza bonfire bonnet bonus bookend bookish booklet boost booth
  borrow botany bottle bottom bounce bound bowl boxcar brace bracket braid bramble branch brass breadth
  breeze brew brick bridge brief brigade bright brittle broad brocade bronco bronze brook brother brownie
  browser brush bubble bucket buckle budding budget buffalo buffer bugle build bulb bumpy bundle bunting
  buoyant burrito burst bushel bustle busy butler button buzz cabbage cabin cable cactus cadence cage
  calcium calico calm calypso camel camera campus canal canary cancel candid candle candor candy canoe
  canopy cantata canteen canvas canyon capable capsule captain caption caramel caravan carbon career cargo
  caribou carp carry cartoon carve cascade cashew cashier castle casual catalog cavalry cavern cedar celery
  cellist cello cement center century ceramic certain chain chaise chalet chalk chamber chance channel chant
  chapter charade chariot checkup cheek cheery cheese cheetah cherish chess chewy chief chill chime chimney
  chipper chisel chorus chowder chrome chronic chuckle chunk chutney cicada cider cinema cipher circle
  circus citadel citizen citrus city civic claim clamp clarify clash classic clatter clean clever client
  cliff climax clinic clip cloak clog closet cloudy clove clown cluster clutch coach coast cobalt cobbler
  cobra coconut cod coffee coil cola collar collect colony column comb comedy comet comfort command common
  compact compile complex compose concept concise concord cone connect consent console contact contour
  control convex convoy cook copilot copper copy coral corner cosmic cosmos costume cottage cotton cougar
  count couple courage courier cousin cover cowbell cowboy coyote crab cracker cradle craft crane crater
  crawl crayon cream create credit crest cricket crimson crisp critic crocus crooked crop croquet crouton
  crowbar crowd cruiser crumb crunchy crystal cube cubicle cubit cuckoo cuddle culture cumin cup cupcake
  curator curb curfew curious cursive curved cushion custard custom cutlery cyan cycle cyclist cyclone
  cypress dahlia dairy damp dancer dapper dapple daring dark dash data dawn dazzle debut decade decimal deck
  declare decor deep default degree delay delight deliver delta deluxe demand denim dentist depart depot
  depth deputy derby descend design destiny detail detour device diagram dial diamond dice diesel diet dig
  digger dignity dimple dinghy dinner diploma direct discuss display distant distill ditch ditto dizzy
  docile doctor dolphin domain dome domino donate donkey donor doodle dossier doublet dozen drag drama drape
  drawer drench dress dribble drift drill driver drizzle dropper drum dry dugout duke dull duplex durable
  dusk dusty dwell dynamo dynasty eager eagle early earmuff earnest earring earth earwig easel easily echo
  eclair eclipse ecology economy edit effect effort egret eighth elastic elated elbow elegant element
  elevate eleven elite elixir embark emblem embrace emerald emerge eminent emperor empire employ empty
  enable enamel enchant encore endorse energy engage engine enigma enjoy enlarge enough enrich entire epic
  episode epoch equal equator equinox errand erupt escape escort essay essence estate estuary etching
  eternal ether evening event evident evolve exact example excel excite exhale exhibit exist exotic expand
  expert explain explore express extend extra eyebrow eyelash fabric factory faculty falafel falcon family
  famous fancy fanfare fantasy farm fashion fathom faucet feast feather feature federal feed feline fence
  fender fennel ferment fern ferret ferry fetch fever fiber fiction fiddle fidget field fiesta fifteen fifth
  figure file filter finale finance finger finish firefly fireman first fishnet fixture flag flame flannel
  flask flavor flaxen fleece fleet flicker flight flint flipper float flood flora flow fluffy fluid flush
  flute flutter fly foam focus fold foliage fondue font footage forage forearm forest forever fork format
  formula fortune forty forum fossil foster foundry fox foyer fragile freckle freedom freezer freight fresco
  fresh friday friend frigate fringe frog frolic frond frosty frown fudge fuel fulcrum funny furlong furnace
  furrow fusion future fuzzy gadget galaxy gale gallant galleon gallop gambit gamma gangway garage garden
  garland garlic garment garnet garnish gather gator gazebo gazelle gazette gear gecko gelatin gem genius
  genre gentle geology gerbil gesture getaway geyser giant giddy gift giggle gimmick gingham giraffe girder
  give glacier glad glamour glance glass glazed glider glimmer glimpse glisten glitter globe glory glossy
  glue gnome goal goblet goggles golden golf gondola gong goose gopher gorge gourmet gown grade gradual
  grain grammar granary grand granite granola graph grapple grassy gravel gravity gravy green grid grocery
  groove grotto group grouse growth guard guava guess guide guitar gumdrop guppy gusher gusto gymnast habit
  haddock haiku hail halfway halibut halogen halter hamlet hammer hammock hamster hangar happen happily
  happy harbor hardy harmony harness harvest hasten hat haven hayloft hazel header headway health hearty
  heavy hedge height helium helmet herald herb heron herring hexagon high hike hilltop hinge hint hippo
  history hobby hockey hoedown hoist holiday hollow holly holster honest honey hood hope horizon hornet
  hotel house hubcap huge hum hummus hundred hurdle hurray husky hybrid hydrant hyena hyphen iceberg icicle
  icon ideal idiom igloo iguana image imagine impact impala import impress income index indigo indoor inform
  initial inlet input insect inside inspire instant intact invent invite iris island item ivory ivy jackal
  jacket jade jaguar january jargon jasmine jazz jelly jersey jet jewel jigsaw jingle joint joke journal joy
  jubilee judo jug juggler juice july jumbo jump june junior juniper justice karate kayak kazoo kebab keel
  kelp kestrel ketchup kettle keyhole khaki kilo kimono kindle king kiosk kitchen kite kitten kiwi knack
  knee knight knoll knuckle koala label labor lace ladder ladle ladybug lagoon lamb land lantern laptop larch
  lasso latte laugh launch laundry laurel lava leaf league learn lecture ledger legacy legend lemming lemon
  lemur length lens lentil leopard lettuce level library license lichen lilac lily limber lime limit linden
  liner link lion liquid list little lively lizard lobster local locker locust lodge loft logic logo loop
  lorry lotion lotus lounge lower lucky lullaby lunar luxury lyric machine magenta magic magma magnet magpie
  maize major manatee mango mansion mantis manual map maraca marble margin marimba marina marker marmot
  maroon marrow marsh mascot mask mason matrix maximum meadow meaning measure media medium medley melody
  melon member memo mention mentor menu mercury merit mermaid mesa message meteor method metric mighty mild
  miller mimic mineral minimum minnow minty minus minute miracle mirage mirror mirth mission mix mobile
  mocha model modern modest modify module mole moment monarch monday monitor monsoon month moon moped morsel
  mortar mosaic moss mother motive motor motto movie mow muffin munch mural murmur museum music mustang
  mutual muzzle myrtle mystery myth nacho napkin narrate narwhal nation native nature nearby neat nebula
  nectar needle neon nephew nerve network neutral nibble nickel niece ninety ninja ninth noble nomad normal
  north notice nougat novel nozzle nucleus nugget number nurse nut nutmeg nylon oak oasis oath obey object
  oboe observe obtain ocean ocelot octagon octave october octopus odyssey offer officer often olive omelet
  onion onward onyx opal open opera opinion optic option oracle orange orbit orca orchard orchid oregano
  organic origin ornate osprey ostrich otter ottoman outfit outline output outside ovation owner oxygen
  oyster pack paddle pageant paint palace pancake panda panel panic panther pantry papaya paper paprika
  parade parcel pardon parent parka parlor parrot parsley parsnip partner party pass pasta pastel pasture
  patio pattern paw peach peacock peanut pebble pecan peeler pelican pencil pendant penguin peony people
  pepper perfect perform perfume permit person petunia phoenix phone photo phrase physics piano piccolo
  pickle picnic picture pigeon pigment pillar pillow pilot pine pioneer piranha piston pitcher pixel pizza
  placid plan plasma plaster plate plaza pledge plenty pliers plug plumber plural plywood pocket podium poem
  pointy polar polish polka pollen polo pomelo poncho pond popcorn popular porch portal portion possum post
  potato pottery prairie prawn precise prefer prelude premium prepare present pretty pretzel pride primary
  prism private probe process produce profile program project promise prompt proof proper proud proverb
  prune public pulley pulse puma pumice pumpkin puppet pure purple purpose push pyramid python quail quantum
  quarry quarter queen query quest quick quiet quill quince quiver quiz quota rabbit raccoon radar radio
  radish radius rainbow rainy raisin rally rancher random ranger rapids rattan rattle ravine ravioli razor
  realm reason recall receipt recent recipe record recruit redwood refill reform refuge regal reggae region
  regular rejoice relax relic relish remark remedy remind remote renew rent repair repeat reply report
  rescue respect result retire return reveal revise reward rhino rhythm ribbon rigid rinse ripe ripple
  risotto rival rivet robin robot robust rodeo romance rooster rotate rowboat royal rubber rudder rugby
  rugged ruler runner runway rustic safari safe saffron saga sailor salad salmon salty salute samba sample
  samurai sandal sardine satchel satin saturn saucer savanna savory sawmill scale scallop scarf scarlet
  scatter scene scenic scheme scholar school science scooter scope scout screen script scroll scrub sculpt
  scythe seal seaweed second secret section sector secure seesaw select seminar senator send senior sense
  sentry sequel sequin sequoia serene series service sesame session seventh shade shadow shallot shampoo
  shark shed sheep shelf shelter sherbet shield shimmer shine ship shirt shiver shore shorts shovel shrimp
  shuffle shutter sibling signal silent silicon silky silt silver siren sister sixty sketch skill skyline
  sleepy sleeve slice slogan small smart smile smock smoky smooth snail snap sneaker snorkel snowman snowy
  snug soccer social society soda soggy solemn solid solve sonata sonic soprano sorrel soup south space
  sparrow spatula speak special speech speed spell sphere spicy spider spike spin spiral spirit splash
  sponge sponsor spool sport spray spring spruce spur squad square squash squeeze stable stack stadium stage
  stamp stapler star static statue steady steeple steer stencil step stereo sticky stitch stone storage
  stork stormy strap stream street stretch stride strong student studio sturdy subject subtle suburb subway
  success sugar suggest summer summit sunbeam sundial sunrise sunset superb supper supply support supreme
  surge surplus survey sushi swallow swan swarm sweater swift swim swirl swoop syntax syrup system tabby
  tablet tackle taco talent talk tandem tangent tangy tape target taste taxi teacher teapot teddy temper
  tempo tempura tenant tennis tenor tenth termite terrace texture thank theater theme theory thermal thick
  thimble thin third thirst thirty thistle thorn thread thrift thrill thrive thrush thumb thunder tiara tidy
  tiger tinsel tissue titan title today toddler tofu toga token tomato tool topaz tornado torrent toucan
  touch tourist toward track tractor traffic trail tram transit trapeze treble trek trellis trend tribe
  tribute trigger trinket trio triple triumph trivia trolley trophy tropic trout trowel truffle trumpet
  trunk truth tuesday tugboat tulip tuna tundra tunic tunnel turbine turf turkey turnip turret turtle tutor
  tuxedo tweed twelve twig twine twist typhoon typical ukulele ultra uncle under unicorn uniform unique
  unity unlock upbeat update upgrade uphill upright uproar uptown urchin useful usual utensil utmost vacant
  vacuum valiant valid valley valor value van vanilla vanish variety vase vault vehicle velvet vendor
  venture veranda verify verse vertex vessel vest vibrant victor video vigor viking villa vintage violet
  violin virtue visible vision visit visual vital vitamin vivid voice volcano volume voyage wagon wall
  walnut walrus waltz wander washer wasp water wedding weekend welcome welder western wheat wheel whisk
  wicker wide wildcat window windy winter wisdom wish witness witty wombat woolen woolly world worthy wrist
  writer yacht yogurt young yoyo yule zebra zenith zero zesty zigzag zinc zipper zither zodiac zoom
`
  .trim()
  .split(/\s+/)
