//! Second noise model: the raw words of the world around the people: towns, streets, firms, area codes, mail houses.

/// How one country writes its towns and streets.
pub(super) struct Country {
    pub(super) tongue: usize,
    pub(super) share: f64,
    pub(super) towns: &'static str,
    pub(super) heads: &'static str,
    pub(super) tails: &'static str,
    pub(super) streets: &'static str,
    /// `#` stands for the house number, `*` for the street.
    pub(super) line: &'static str,
    /// `9` any digit, `A` any letter; `0` stays.
    pub(super) code: &'static str,
}

pub(super) const COUNTRIES: [Country; 7] = [
    Country {
        tongue: 5,
        share: 0.44,
        towns: "Springfield,Riverside,Franklin,Clinton,Greenville,Bristol,Fairview,Salem,Madison,Georgetown,\
Arlington,Ashland,Dover,Oxford,Jackson,Burlington,Manchester,Milton,Newport,Auburn",
        heads: "Ash,Bear,Birch,Blue,Brook,Cedar,Clear,Cold,Copper,Deer,Eagle,Elk,Fair,Fox,Glen,Gold,Grand,Green,\
Hazel,High,Iron,Lake,Maple,Mill,Oak,Pine,Red,River,Rock,Silver,Spring,Stone,Sugar,Summer,White,Wild,Willow,Winter,\
Wolf,Wood",
        tails: "brook,burg,bury,creek,dale,field,ford,haven,hill,hurst,land,mont,port,ridge,side,ton,vale,view,ville,\
wood",
        streets: "Elm Street,Main Street,Oak Avenue,Maple Street,Cedar Lane,Pine Street,Washington Street,Lake Drive,\
Hill Road,Park Avenue,Walnut Street,Sunset Boulevard,River Road,Church Street,Spring Street,Highland Avenue,\
Mill Road,Chestnut Street,Meadow Lane,Jefferson Avenue,Willow Drive,Forest Court,Lincoln Avenue,Ridge Road,\
Orchard Lane,Franklin Street,Valley Drive,Cherry Street,Dogwood Court,Railroad Avenue",
        line: "# *",
        code: "99999",
    },
    Country {
        tongue: 0,
        share: 0.12,
        towns: "Madrid,Barcelona,Valencia,Sevilla,Zaragoza,Málaga,Murcia,Bilbao,Alicante,Córdoba,Valladolid,Vigo,\
Gijón,Granada,Cádiz,Jaén,León,Almería,Logroño,Ávila",
        heads: "Villa,Torre,Monte,Fuente,Puebla de ,San ,Santa ,Alca,Arroyo,Campo,Casa,Castro,Cerro,Mira,Navas de ,\
Peña,Pozo,Prado,Rio,Val",
        tails: "alba,blanca,bueno,cabra,clara,hermosa,franca,lar,lobos,luz,mayor,nueva,osa,real,rubia,seca,verde,\
vieja,viso,zar",
        streets: "Calle Mayor,Calle Real,Avenida de la Constitución,Calle del Sol,Plaza de España,Calle Nueva,\
Calle San José,Avenida de Andalucía,Calle Cervantes,Calle del Río,Paseo del Prado,Calle Goya,Calle Velázquez,\
Calle de la Iglesia,Avenida del Mediterráneo,Calle Lepanto,Calle Ancha,Calle Jardín,Plaza Mayor,Calle Olmo",
        line: "* #",
        code: "99999",
    },
    Country {
        tongue: 1,
        share: 0.12,
        towns: "Paris,Marseille,Lyon,Toulouse,Nice,Nantes,Montpellier,Strasbourg,Bordeaux,Lille,Rennes,Reims,\
Le Havre,Saint-Étienne,Toulon,Grenoble,Dijon,Angers,Nîmes,Orléans",
        heads: "Saint-,Mont,Beau,Belle,Bois,Champ,Château,Cler,Cour,Fontaine-,Gran,Haute,La ,Le ,Long,Mar,Neuf,Pont-,\
Roche,Vill",
        tails: "ac,aubin,bourg,brun,clair,court,fort,gny,jean,lieu,mont,nay,pierre,port,rive,rolles,sac,val,vert,\
vilers",
        streets: "rue Victor Hugo,rue de la République,avenue Jean Jaurès,rue Pasteur,rue des Écoles,\
place de l'Église,rue du Moulin,boulevard Voltaire,rue de la Gare,rue Émile Zola,chemin des Vignes,rue Molière,\
allée des Tilleuls,rue du Château,avenue Foch,rue Gambetta,impasse des Lilas,rue de Verdun,quai de la Loire,\
rue Saint-Martin",
        line: "# *",
        code: "99999",
    },
    Country {
        tongue: 2,
        share: 0.1,
        towns: "Warszawa,Kraków,Łódź,Wrocław,Poznań,Gdańsk,Szczecin,Bydgoszcz,Lublin,Białystok,Katowice,Gdynia,\
Częstochowa,Radom,Toruń,Rzeszów,Kielce,Olsztyn,Zielona Góra,Opole",
        heads: "Biał,Bor,Brzo,Choj,Czar,Dąb,Dobr,Głog,Gór,Jas,Kam,Koz,Krasn,Leś,Lip,Łom,Mal,Now,Ostr,Star",
        tails: "ów,owo,ice,nica,owice,ny,sko,no,ka,yn,iec,ęcin,ogród,opol,owiec,anka,ąż,ewo,in,owa",
        streets: "ul. Długa,ul. Polna,ul. Leśna,ul. Ogrodowa,ul. Słoneczna,ul. Krótka,ul. Szkolna,ul. Lipowa,\
al. Wolności,ul. Mickiewicza,ul. Kościuszki,ul. Kwiatowa,ul. Łąkowa,ul. Sienkiewicza,os. Zwycięstwa,ul. Żeromskiego,\
ul. Brzozowa,pl. Rynek,ul. Młyńska,ul. Zielona",
        line: "* #",
        code: "99-999",
    },
    Country {
        tongue: 3,
        share: 0.08,
        towns: "İstanbul,Ankara,İzmir,Bursa,Adana,Gaziantep,Konya,Antalya,Kayseri,Mersin,Eskişehir,Diyarbakır,Samsun,\
Denizli,Şanlıurfa,Trabzon,Malatya,Muğla,Çanakkale,Balıkesir",
        heads: "Ak,Ala,Boz,Büyük,Çam,Demir,Doğan,Gök,Gül,Güneş,Kara,Kızıl,Koca,Küçük,Orta,Sarı,Taş,Yeni,Yeşil,Yukarı",
        tails: "ağaç,bağ,bahçe,burun,çay,dağ,dere,hisar,kale,kaya,kent,köy,ova,pınar,saray,su,şehir,tepe,yaka,yurt",
        streets: "Atatürk Caddesi,Cumhuriyet Caddesi,İnönü Caddesi,Gül Sokak,Lale Sokak,İstiklal Caddesi,Bahçe Sokak,\
Çınar Sokak,Gazi Bulvarı,Menekşe Sokak,Okul Sokak,Zafer Caddesi,Deniz Sokak,Barış Bulvarı,Karanfil Sokak,Çamlık Sokak",
        line: "* No: #",
        code: "99999",
    },
    Country {
        tongue: 4,
        share: 0.08,
        towns: "Stockholm,Göteborg,Malmö,Uppsala,Västerås,Örebro,Linköping,Helsingborg,Jönköping,Norrköping,Lund,\
Umeå,Gävle,Borås,Södertälje,Växjö,Luleå,Östersund,Skövde,Ystad",
        heads: "Aln,Ask,Berg,Björk,Ek,Fal,Fors,Grän,Hall,Hög,Kungs,Lind,Lilla ,Mar,Norr,Sand,Skog,Sten,Söder,Öster",
        tails: "backa,berga,by,dal,fors,hamn,holm,kulla,köping,lund,näs,rum,sjö,stad,sund,torp,vall,vik,ås,ö",
        streets: "Storgatan,Kungsgatan,Drottninggatan,Skolgatan,Björkvägen,Ringvägen,Parkgatan,Järnvägsgatan,\
Östergatan,Kyrkogatan,Strandvägen,Åkervägen,Lingonstigen,Södra vägen,Vasagatan,Hamngatan,Ängsvägen,Nygatan,Tallvägen,\
Trädgårdsgatan",
        line: "* #",
        code: "999 99",
    },
    Country {
        tongue: 5,
        share: 0.06,
        towns: "Leeds,Sheffield,Liverpool,Leicester,Coventry,Nottingham,Plymouth,Derby,Southampton,Norwich,Exeter,\
York,Bath,Reading,Preston,Swindon,Luton,Ipswich,Durham,Lincoln",
        heads: "Ald,Ames,Ax,Brad,Chel,Chip,Corn,Dun,Eve,Faver,Hales,Kes,Led,Mal,Nant,Oak,Pet,Rom,Shep,Wed",
        tails: "borough,bridge,bury,caster,combe,don,ey,ford,ham,ing,leigh,mere,minster,mouth,ney,sham,stow,wich,\
worth,wold",
        streets: "High Street,Station Road,Church Lane,Victoria Road,Green Lane,Manor Road,Kingsway,Park Road,\
Queens Road,New Street,Grange Road,The Avenue,Mill Lane,Windsor Close,Albert Terrace,School Lane,Chapel Street,\
Grove Road",
        line: "# *",
        code: "AA9 9AA",
    },
];

/// The name a foreigner writes for a town.
pub(super) const ABROAD: [(&str, &str); 12] = [
    ("Sevilla", "Seville"),
    ("Zaragoza", "Saragossa"),
    ("Marseille", "Marseilles"),
    ("Lyon", "Lyons"),
    ("Warszawa", "Warsaw"),
    ("Kraków", "Cracow"),
    ("Gdańsk", "Danzig"),
    ("Göteborg", "Gothenburg"),
    ("İstanbul", "Constantinople"),
    ("İzmir", "Smyrna"),
    ("Strasbourg", "Straßburg"),
    ("Wrocław", "Breslau"),
];

pub(super) const FIRM_HEADS: &str = "Alder,Amber,Atlas,Aurora,Baltic,Beacon,Birch,Blue,Bright,Cobalt,Copper,Coral,\
Crest,Delta,Dune,Echo,Ember,Falcon,Fjord,Garnet,Glacier,Granite,Harbor,Hazel,Helio,Indigo,Iris,Ivory,Jade,Juniper,\
Kestrel,Lumen,Luna,Lynx,Maple,Meridian,Mistral,Nexa,Nimbus,Nordic,Nova,Onyx,Orbit,Osprey,Pampa,Quartz,Raven,Ridge,\
Saffron,Sierra,Solar,Sterling,Summit,Tern,Tundra,Umber,Vega,Verde,Zenith,Zephyr";
pub(super) const FIRM_TAILS: &str = "works,soft,line,trade,media,labs,craft,point,bridge,field,gate,house,light,link,\
mark,mind,path,port,rock,scope,source,stone,stream,tech,vision,wave,wood,yard,parts,farm,tools,foods,wear,motion,\
data,design,build,care,cargo,energy,fabric,film,freight,garden,glass,health,home,kitchen,lease,market,optic,paper,\
pharma,plan,press,print,sport,steel,supply,travel";
pub(super) const FIRM_TRADES: [&str; 12] = [
    "",
    "Group",
    "Logistics",
    "Consulting",
    "Partners",
    "Services",
    "Studio",
    "Holding",
    "Systems",
    "Import",
    "Retail",
    "Trading",
];
pub(super) const FIRM_FORMS: [&str; 10] =
    ["Ltd", "Inc.", "LLC", "S.L.", "SARL", "Sp. z o.o.", "A.Ş.", "AB", "S.A.", "& Co."];

/// Area codes of North America; the fictitious exchange 555 stands behind each.
pub(super) const AREAS: &str = "201,202,203,205,206,207,208,209,210,212,213,214,215,216,217,218,219,224,225,228,229,\
231,234,239,240,248,251,252,253,254,256,260,262,267,269,270,276,281,301,302,303,304,305,307,308,309,310,312,313,314,\
315,316,317,318,319,320,321,323,325,330,331,334,336,337,339,347,351,352,360,361,385,386,401,402,404,405,406,407,408,\
409,410,412,413,414,415,417,419,423,424,425,430,432,434,435,440,443,458,469,470,475,478,479,480,484,501,502,503,504,\
505,507,508,509,510,512,513,515,516,517,518,520,530,534,539,540,541,551,559,561,562,563,567,570,571,573,574,575,580,\
585,586,601,602,603,605,606,607,608,609,610,612,614,615,616,617,618,619,620,623,626,630,631,636,641,646,650,651,657,\
660,661,662,678,681,682,701,702,703,704,706,707,708,712,713,714,715,716,717,718,719,720,724,727,731,732,734,740,747,\
754,757,760,762,763,765,769,770,772,773,774,775,779,781,785,786,801,802,803,804,805,806,808,810,812,813,814,815,816,\
817,818,828,830,831,832,843,845,847,848,850,856,857,858,859,860,862,863,864,865,870,872,878,901,903,904,906,907,908,\
909,910,912,913,914,915,916,917,918,919,920,925,928,931,936,937,938,940,941,947,949,951,952,954,956,970,971,972,973,\
978,979,980,985,989";

/// Private mail houses by share in percent; the work addresses come on top.
pub(super) const HOUSES: [(&str, usize); 19] = [
    ("gmail", 32),
    ("yahoo", 10),
    ("outlook", 9),
    ("hotmail", 9),
    ("icloud", 7),
    ("me", 1),
    ("mac", 1),
    ("googlemail", 2),
    ("proton", 3),
    ("protonmail", 2),
    ("gmx", 4),
    ("web", 2),
    ("aol", 3),
    ("orange-post", 4),
    ("laposta", 3),
    ("wpoczta", 3),
    ("telia-mail", 2),
    ("mynetmail", 2),
    ("fastpost", 1),
];
/// Those whose rules make several spellings one mailbox.
pub(super) const FORGIVING: [(&str, usize); 9] = [
    ("gmail", 52),
    ("googlemail", 5),
    ("outlook", 12),
    ("hotmail", 9),
    ("icloud", 9),
    ("me", 3),
    ("mac", 1),
    ("proton", 6),
    ("protonmail", 3),
];
/// Rare houses that look like famous ones.
pub(super) const LOOKALIKES: [(&str, &str); 10] = [
    ("gmail", "ymail"),
    ("gmail", "mail"),
    ("gmail", "email"),
    ("gmx", "gmx-mail"),
    ("hotmail", "hotmail-post"),
    ("yahoo", "yahoomail"),
    ("outlook", "outlook-box"),
    ("icloud", "cloud"),
    ("me", "mex"),
    ("proton", "photon"),
];

/// Length of each of the two lists of hobbies.
pub(super) const HOBBY_WORDS: usize = 30;
pub(super) const HOBBY_HEADS: &str = "sunny,blue,happy,crazy,silver,little,wild,lucky,magic,dark,red,golden,lazy,\
funky,cosmic,fast,shy,sweet,tiny,royal,green,night,urban,rusty,snow,moon,star,salsa,disco,retro";
pub(super) const HOBBY_TAILS: &str = "cat,runner,gamer,biker,rose,tiger,dreamer,surfer,chef,fox,angler,baker,dancer,\
pilot,wolf,gardener,rider,reader,bear,climber,diver,drummer,painter,skater,walker,falcon,knitter,cyclist,singer,panda";
