//! Second noise model: the raw words. Lists are one string a language, split at commas when the pools are built, so
//! that they stay readable; order is popularity, the draw is skewed by it.

/// What one language gives: its names as people bear them and the syllables its rare surnames are composed of.
pub(super) struct Tongue {
    pub(super) men: &'static str,
    pub(super) women: &'static str,
    pub(super) surnames: &'static str,
    pub(super) onset: &'static str,
    pub(super) middle: &'static str,
    pub(super) ending: &'static str,
    /// `formal:short|short` by comma.
    pub(super) short: &'static str,
}

/// Spanish, French, Polish, Turkish, Nordic, English: the index is the tongue of a person.
pub(super) const TONGUES: [Tongue; 6] = [SPANISH, FRENCH, POLISH, TURKISH, NORDIC, ENGLISH];

pub(super) const SPANISH_TONGUE: usize = 0;
pub(super) const POLISH_TONGUE: usize = 2;
pub(super) const ENGLISH_TONGUE: usize = 5;

const SPANISH: Tongue = Tongue {
    men: "Antonio,Manuel,José,Francisco,David,Juan,Javier,Daniel,José Antonio,Carlos,Jesús,Alejandro,Miguel,\
José Luis,Rafael,Pedro,Ángel,Pablo,Fernando,Sergio,Luis,Jorge,Alberto,Álvaro,Diego,Juan Carlos,Adrián,Raúl,Juan José,\
Iván,Rubén,Enrique,Óscar,Ramón,Andrés,Vicente,Joaquín,Santiago,Víctor,Eduardo,Roberto,Ignacio,Jaime,Gonzalo,Salvador,\
Hugo,Emilio,Julio,Tomás,Agustín,Mariano,Rodrigo,Gabriel,Felipe,Lorenzo,Guillermo,Esteban,Martín,Nicolás,Ricardo",
    women: "María Carmen,María,Carmen,Ana María,Laura,Isabel,Josefa,Cristina,Marta,Lucía,María Pilar,Antonia,Dolores,\
Sara,Paula,Elena,Raquel,Pilar,Concepción,Manuela,Mercedes,Julia,Beatriz,Nuria,Rosario,Silvia,Encarnación,Irene,\
Teresa,Patricia,Montserrat,Rocío,Mónica,Andrea,Alba,Ángela,Sonia,Sandra,Marina,Susana,Natalia,Yolanda,Margarita,Inés,\
Claudia,Verónica,Amparo,Carolina,Nerea,Lorena,Esther,Daniela,Consuelo,Alicia,Eva,Begoña,Fátima,Luisa,Noelia,Guadalupe",
    surnames: "García,Rodríguez,González,Fernández,López,Martínez,Sánchez,Pérez,Gómez,Martín,Jiménez,Hernández,Ruiz,\
Díaz,Moreno,Muñoz,Álvarez,Romero,Gutiérrez,Alonso,Navarro,Torres,Domínguez,Ramos,Vázquez,Ramírez,Gil,Serrano,Morales,\
Molina,Blanco,Suárez,Castro,Ortega,Delgado,Ortiz,Marín,Rubio,Núñez,Medina,Sanz,Castillo,Iglesias,Cortés,Garrido,\
Santos,Guerrero,Lozano,Cano,Cruz,Méndez,Flores,Prieto,Herrera,Peña,León,Márquez,Cabrera,Gallego,Calvo,Vidal,Campos,\
Reyes,Vega,Fuentes,Carrasco,Díez,Aguilar,Caballero,Nieto,Santana,Pascual,Herrero,Montero,Lorenzo,Hidalgo,de la Cruz,\
de la Fuente",
    onset: "Al,An,Ar,Az,Bal,Bar,Bel,Ber,Bur,Cal,Can,Car,Cas,Cer,Cis,Cor,Cu,Dal,Dor,Ech,El,Es,Fal,Fer,Fon,Gal,Gar,Gon,\
Gui,Hon,Hur,Iz,Jar,La,Ler,Lin,Lu,Mal,Man,Mar,Mel,Mon,Mur,Nav,Ol,Or,Pal,Par,Pe,Pin,Quin,Ra,Ri,Sal,San,Se,Sol,Tor,Val,\
Zu",
    middle: "a,ab,ad,al,am,an,ant,ar,arr,as,av,az,e,eb,ed,el,en,er,err,esc,est,i,ib,id,il,in,ir,isc,o,ob,ol,on,ond,\
or,orr,u,ul,ur,urr,ust",
    ending: "ero,edo,eda,era,illo,illa,ado,ares,ales,ano,ez,iz,aga,eta,osa,uelo,inos,ejo,ón,ín",
    short: "Francisco:Paco|Fran|Curro,José:Pepe,Ignacio:Nacho,Manuel:Manolo|Manu,Jesús:Chus|Suso,Enrique:Quique,\
Alejandro:Álex,Antonio:Toni|Toño,Rafael:Rafa,Javier:Javi,Santiago:Santi,Daniel:Dani,Fernando:Nando,Eduardo:Edu,\
Luis:Lucho,Guillermo:Guille,Roberto:Tito,Gabriel:Gabi,Salvador:Salva,Ricardo:Richi,Nicolás:Nico,Vicente:Chente,\
Miguel:Micky,Isabel:Isa,Beatriz:Bea,Pilar:Pili,Mercedes:Merche,Rosario:Charo,Josefa:Pepa,Cristina:Cris,Dolores:Lola,\
Concepción:Concha,Guadalupe:Lupe,Encarnación:Encarna,Montserrat:Montse,Teresa:Tere,Patricia:Patri,Consuelo:Chelo,\
Susana:Susi,Verónica:Vero,Margarita:Marga,Natalia:Nati,Mónica:Moni,Yolanda:Yoli,Antonia:Toñi,Manuela:Manoli,\
Carolina:Caro,María Carmen:Mamen",
};

const FRENCH: Tongue = Tongue {
    men: "Jean,Pierre,Michel,André,Philippe,Alain,Bernard,Jacques,Daniel,Patrick,Nicolas,Christophe,Thierry,Laurent,\
Stéphane,Éric,Frédéric,Sébastien,Pascal,François,Julien,Olivier,Guillaume,Thomas,Antoine,Maxime,Alexandre,Jérôme,\
Romain,Benoît,Vincent,Mathieu,Cédric,Clément,Hugo,Lucas,Théo,Gérard,Yves,Didier,Dominique,Marc,Bruno,Jean-Pierre,\
Jean-Claude,Jean-Luc,Jean-Marc,Régis,Loïc,Rémi,Hervé,Gaël,Étienne,Adrien,Baptiste,Quentin,Fabrice,Arnaud,Xavier,\
Gilles",
    women: "Marie,Nathalie,Isabelle,Catherine,Sylvie,Monique,Françoise,Martine,Christine,Valérie,Sandrine,Véronique,\
Stéphanie,Céline,Sophie,Chantal,Jacqueline,Anne,Aurélie,Émilie,Julie,Camille,Élodie,Laetitia,Virginie,Brigitte,\
Nicole,Annie,Corinne,Hélène,Delphine,Caroline,Chloé,Manon,Léa,Océane,Mathilde,Pauline,Audrey,Mélanie,Amandine,\
Charlotte,Lucie,Anne-Marie,Marie-Claude,Marie-Thérèse,Béatrice,Agnès,Odile,Geneviève,Élisabeth,Thérèse,Noémie,Maëlle,\
Solène,Justine,Colette,Marion,Clémence,Margaux",
    surnames: "Martin,Bernard,Dubois,Thomas,Robert,Richard,Petit,Durand,Leroy,Moreau,Simon,Laurent,Lefebvre,Michel,\
Roux,Bertrand,Morel,Fournier,Girard,Bonnet,Dupont,Lambert,Fontaine,Rousseau,Muller,Lefèvre,Faure,Mercier,Blanc,\
Guérin,Boyer,Garnier,Chevalier,Legrand,Gauthier,Perrin,Robin,Masson,Henry,Roussel,Mathieu,Gautier,Duval,Denis,Noël,\
Lemaire,Brunet,Meyer,Giraud,Dumont,Marchand,Barbier,Colin,Renaud,Gaillard,Philippe,Leclercq,Vidal,Caron,Picard,\
Aubert,Roche,Deschamps,Benoît,Le Gall,Le Goff,Hervé,Schmitt,Besson,Lacroix,Bréton,Pélissier,Rivière,Châtelain,\
de Villers,Du Four",
    onset: "Ab,Al,An,Ar,Au,Bar,Bas,Beau,Ber,Bis,Bon,Bou,Bra,Bri,Cas,Cham,Char,Chau,Clé,Cor,Cou,Cha,Dar,Del,Des,Dor,\
Du,Es,Fa,Fer,Flo,Fon,Fou,Ga,Ger,Gi,Gran,Gui,Ha,Hu,Jo,La,Lan,Lar,Mai,Mar,Mon,Mou,Ni,Pel,Per,Poi,Pru,Quen,Rai,Roch,Sau,\
Ta,Tou,Vil",
    middle: "b,bel,bon,ch,cham,d,del,don,g,gn,gon,l,lan,lar,lem,lin,lon,m,man,mon,n,nel,p,pel,pin,r,rel,ret,ron,s,\
sel,son,t,tel,tin,ton,v,ven,vil,von",
    ending: "ard,aud,eau,elle,er,et,ette,eux,ier,ière,in,on,ot,oux,y,ais,ault,ac,iot,ois",
    short: "Alexandre:Alex,Nicolas:Nico,Christophe:Chris|Tophe,Frédéric:Fred,Philippe:Phil,Sébastien:Seb,Maxime:Max,\
Guillaume:Gui,Thomas:Tom,Stéphane:Steph,Jérôme:Jéjé,Mathieu:Mat,Benoît:Ben,Dominique:Domi,Vincent:Vince,\
Antoine:Tonio,Catherine:Cathy,Véronique:Véro,Stéphanie:Steph,Isabelle:Isa|Babelle,Valérie:Val,Élisabeth:Babeth|Élise,\
Jacqueline:Jackie,Sandrine:Sandy,Françoise:Fanfan,Mélanie:Mel,Caroline:Caro,Christine:Cricri,Nathalie:Nath,\
Mathilde:Mat,Laetitia:Laety,Aurélie:Lili,Charlotte:Lotte,Delphine:Delph,Jean-Pierre:JP|Jean,Jean-Claude:JC|Jean,\
Jean-Luc:JL,Jean-Marc:JM",
};

const POLISH: Tongue = Tongue {
    men: "Piotr,Krzysztof,Andrzej,Tomasz,Jan,Paweł,Michał,Marcin,Stanisław,Jakub,Adam,Marek,Łukasz,Grzegorz,Mateusz,\
Wojciech,Mariusz,Dariusz,Zbigniew,Maciej,Rafał,Robert,Kamil,Jacek,Dawid,Józef,Ryszard,Szymon,Kacper,Bartosz,Jarosław,\
Sławomir,Janusz,Jerzy,Mirosław,Artur,Sebastian,Damian,Patryk,Przemysław,Daniel,Roman,Filip,Wiesław,Antoni,Adrian,\
Aleksander,Leszek,Bartłomiej,Czesław,Edward,Zdzisław,Karol,Bogdan,Hubert,Igor,Cezary,Tadeusz,Wiktor,Norbert",
    women: "Anna,Katarzyna,Maria,Małgorzata,Agnieszka,Barbara,Ewa,Krystyna,Magdalena,Elżbieta,Joanna,Aleksandra,\
Zofia,Monika,Teresa,Natalia,Julia,Danuta,Karolina,Marta,Beata,Dorota,Halina,Jadwiga,Janina,Alicja,Jolanta,Grażyna,\
Iwona,Paulina,Justyna,Zuzanna,Bożena,Urszula,Wiktoria,Hanna,Renata,Sylwia,Agata,Helena,Patrycja,Izabela,Emilia,Aneta,\
Weronika,Ewelina,Oliwia,Klaudia,Marzena,Stanisława,Wanda,Kinga,Lidia,Bogumiła,Mariola,Edyta,Żaneta,Łucja,Kamila,\
Gabriela",
    surnames: "Nowak,Kowalski,Wiśniewski,Wójcik,Kowalczyk,Kamiński,Lewandowski,Zieliński,Szymański,Woźniak,Dąbrowski,\
Kozłowski,Jankowski,Mazur,Wojciechowski,Kwiatkowski,Krawczyk,Kaczmarek,Piotrowski,Grabowski,Zając,Pawłowski,\
Michalski,Król,Nowakowski,Wieczorek,Wróbel,Jabłoński,Dudek,Adamczyk,Majewski,Nowicki,Olszewski,Stępień,Malinowski,\
Jaworski,Pawlak,Górski,Witkowski,Walczak,Sikora,Rutkowski,Baran,Michalak,Szewczyk,Ostrowski,Tomaszewski,Pietrzak,\
Duda,Zalewski,Wróblewski,Jasiński,Marciniak,Sadowski,Bąk,Zawadzki,Jakubowski,Wilk,Chmielewski,Borkowski,Włodarczyk,\
Sokołowski,Szczepański,Sawicki,Lis,Kucharski,Mazurek,Kubiak,Kalinowski,Wysocki,Maciejewski,Czarnecki,Kołodziej,Urban,\
Kaźmierczak",
    onset: "Ban,Bar,Bła,Bog,Bor,Bro,Brz,Bud,Ceg,Chm,Cho,Cie,Cza,Dą,Dob,Dra,Dzi,Fal,Gał,Gąs,Gła,God,Gra,Grz,Hal,Ja,\
Jel,Kal,Kła,Kob,Kra,Krz,Kul,Ła,Łęg,Lip,Lub,Mał,Mie,Mod,Mro,Nie,Ol,Opa,Orł,Pa,Pę,Pod,Prz,Rad,Rę,Ruś,Ska,Sło,Sta,Szcz,\
Świ,Tur,Wy,Żu",
    middle: "al,an,ar,aw,ąb,b,bor,ch,cz,d,dzi,ec,el,er,ęb,gór,ich,il,in,k,kow,l,lin,ł,m,mar,mier,n,niew,ol,om,or,ost,\
ow,r,rad,sław,uch,ur,w",
    ending: "owski,ewski,iński,icki,czyk,czak,owicz,ewicz,iak,arz,asz,ek,ko,ka,uk,ara,yk,ocki,ała,eja",
    short: "Aleksandra:Ola,Małgorzata:Gosia|Małgosia,Katarzyna:Kasia,Agnieszka:Aga,Joanna:Asia,Anna:Ania,\
Magdalena:Magda,Barbara:Basia,Zofia:Zosia,Elżbieta:Ela,Krystyna:Krysia,Jadwiga:Jadzia,Izabela:Iza,Zuzanna:Zuza,\
Urszula:Ula,Danuta:Danka,Justyna:Justa,Weronika:Wera,Krzysztof:Krzysiek|Krzyś,Tomasz:Tomek,Andrzej:Jędrek,\
Jan:Janek|Jaś,Stanisław:Staszek|Stach,Wojciech:Wojtek,Zbigniew:Zbyszek,Jakub:Kuba,Michał:Misiek,Piotr:Piotrek,\
Grzegorz:Grzesiek|Grześ,Józef:Józek,Ryszard:Rysiek,Bartosz:Bartek,Jarosław:Jarek,Sławomir:Sławek,Mirosław:Mirek,\
Przemysław:Przemek,Aleksander:Olek,Bartłomiej:Bartek,Tadeusz:Tadek,Dariusz:Darek,Wiesław:Wiesiek,Jerzy:Jurek,\
Maciej:Maciek,Edward:Edek,Zdzisław:Zdzich,Łukasz:Łuki",
};

const TURKISH: Tongue = Tongue {
    men: "Mehmet,Mustafa,Ahmet,Ali,Hüseyin,Hasan,İbrahim,İsmail,Osman,Yusuf,Murat,Ömer,Ramazan,Halil,Süleyman,\
Abdullah,Mahmut,Salih,Kemal,Recep,Fatih,Emre,Hakan,Adem,Kadir,Serkan,Yaşar,Bekir,Metin,Burak,Cemal,Gökhan,Orhan,Uğur,\
Volkan,Tolga,Onur,Barış,Sinan,Engin,Erkan,Cihan,Tuncay,Özgür,Selim,Kaan,Arda,Berk,Çağlar,Oğuz,Levent,Nihat,Rıza,\
Şükrü,Turgut,Veysel,Zeki,Erdem,Mert,Alper",
    women: "Fatma,Ayşe,Emine,Hatice,Zeynep,Elif,Meryem,Şerife,Zehra,Sultan,Hanife,Merve,Havva,Zeliha,Esra,Fadime,\
Özlem,Hacer,Yasemin,Hülya,Cemile,Sevim,Gülsüm,Leyla,Dilek,Büşra,Aysel,Songül,Kübra,Rabia,Aynur,Tuğba,Sibel,Filiz,\
Nurcan,Derya,Ebru,Gamze,Pınar,Sevgi,Selma,Çiğdem,Betül,Seda,Şule,Gönül,Nuray,Birsen,Arzu,Ceren,Ece,Nazlı,Defne,İrem,\
Melike,Tülay,Berna,Bahar,İpek,Aslı",
    surnames: "Yılmaz,Kaya,Demir,Çelik,Şahin,Yıldız,Yıldırım,Öztürk,Aydın,Özdemir,Arslan,Doğan,Kılıç,Aslan,Çetin,\
Kara,Koç,Kurt,Özkan,Şimşek,Polat,Korkmaz,Özcan,Çakır,Erdoğan,Yavuz,Can,Acar,Şen,Aktaş,Güler,Yalçın,Güneş,Bozkurt,\
Bulut,Keskin,Ünal,Turan,Gül,Özer,Işık,Kaplan,Avcı,Sarı,Tekin,Taş,Köse,Yüksel,Ateş,Aksoy,Coşkun,Duman,Uysal,Tunç,\
Deniz,Karaca,Uçar,Bilgin,Erdem,Karataş,Güven,Toprak,Yaman,Sönmez,Altun,Ekinci,Özgür,Soylu,Tuna,Ergün,Durmaz,Bayram,\
Çınar,Kahraman",
    onset: "Ak,Al,Alp,Ar,At,Ay,Bal,Baş,Ber,Bil,Boz,Bul,Bur,Büyük,Can,Çağ,Çal,Çam,Çek,Dağ,Dal,De,Dinç,Dur,Ef,El,Er,Es,\
Gök,Gül,Gün,Gür,Hal,İl,İn,Kan,Kar,Ke,Kır,Kız,Koca,Kor,Köy,Kut,Mer,Or,Öz,Sağ,Sar,Say,Ser,Su,Şan,Tan,Taş,Te,Tor,Uz,Ün,\
Yur",
    middle: "a,al,an,ar,ba,bay,ça,ço,da,de,dir,du,e,el,er,ge,gö,gü,han,ı,i,ka,kan,ku,la,le,ma,me,mu,na,ö,ra,re,sa,se,\
ta,te,tu,u,ü",
    ending: "oğlu,er,türk,kaya,taş,demir,sel,maz,lı,man,baş,can,dağ,gil,tekin,alp,soy,çi,ci,gün",
    short: "Mehmet:Memo|Memet,İbrahim:İbo,Süleyman:Sülo,Hüseyin:Hüso,Abdullah:Apo,Ramazan:Ramo,Mustafa:Musti,\
Halil:Halo,Fatma:Fatoş,Hatice:Hatçe,Emine:Emoş,Zeynep:Zeyno,Elif:Elo,Yasemin:Yaso,Çiğdem:Çido,Tuğba:Tuğ,Gökhan:Göko,\
Serkan:Serko,Hakan:Hako,Volkan:Volki,İsmail:İso,Kübra:Kübi,Meryem:Mero,Gamze:Gamo,Süleyman:Sülo,Ayşe:Ayşo,Burak:Buri,\
Özlem:Özi",
};

const NORDIC: Tongue = Tongue {
    men: "Lars,Anders,Johan,Karl,Per,Nils,Mikael,Jan,Erik,Lennart,Hans,Peter,Gunnar,Sven,Fredrik,Bengt,Bo,Daniel,Åke,\
Göran,Alexander,Magnus,Stefan,Ole,Kjell,Knut,Bjørn,Arne,Odd,Geir,Morten,Jens,Søren,Niels,Jørgen,Henrik,Rasmus,Mads,\
Kristian,Håkan,Björn,Olof,Torbjörn,Mårten,Gustav,Oskar,Emil,Viktor,Ludvig,Eskil,Sverre,Øyvind,Trond,Asbjørn,Jarl,\
Matti,Juhani,Per-Erik,Lars-Göran,Karl-Johan",
    women: "Anna,Maria,Margareta,Elisabeth,Eva,Kristina,Birgitta,Karin,Ingrid,Marianne,Linnéa,Emma,Lena,Sara,Kerstin,\
Helena,Ulla,Gunilla,Inger,Ingeborg,Johanna,Monika,Astrid,Solveig,Liv,Kari,Anne,Hanne,Mette,Kirsten,Bodil,Lone,\
Pernille,Gitte,Maja,Freja,Saga,Ebba,Tuva,Åsa,Märta,Siv,Berit,Gerd,Randi,Turid,Bente,Grethe,Sigrid,Katarina,Malin,\
Frida,Ylva,Annika,Camilla,Aino,Hilde,Anne-Lise,Britt-Marie,Maj-Britt",
    surnames: "Andersson,Johansson,Karlsson,Nilsson,Eriksson,Larsson,Olsson,Persson,Svensson,Gustafsson,Pettersson,\
Jonsson,Jansson,Hansson,Bengtsson,Jönsson,Hansen,Johansen,Olsen,Larsen,Andersen,Pedersen,Nilsen,Kristiansen,Jensen,\
Nielsen,Christensen,Rasmussen,Sørensen,Jørgensen,Madsen,Kristensen,Møller,Lindberg,Lindström,Lindqvist,Lindgren,\
Axelsson,Berg,Bergström,Lundberg,Lundgren,Lundqvist,Jakobsson,Berglund,Fredriksson,Sandberg,Henriksson,Forsberg,\
Sjöberg,Wallin,Engström,Danielsson,Håkansson,Eklund,Lundin,Gunnarsson,Holm,Björk,Fransson,Bergman,Samuelsson,Nyström,\
Holmberg,Arvidsson,Löfgren,Söderberg,Haugen,Hagen,Bakken,Strand,Solberg,Østby,Næss,Virtanen,Korhonen,Nieminen",
    onset: "Ahl,Alm,Ask,Back,Berg,Björk,Blom,Bo,Bro,Dahl,Ed,Ek,Elf,Eng,Fager,Fjäll,Flod,Fors,Frid,Gran,Grön,Gull,Hag,\
Hall,Ham,Hed,Hel,Hjort,Hög,Is,Jern,Kall,Klint,Kvarn,Lager,Land,Lilje,Lind,Ljung,Lund,Mal,Mo,Nor,Ny,Öst,Palm,Ros,Rud,\
Sand,Sjö,Skog,Sten,Stor,Sund,Söder,Tall,Torn,Vall,Väst,Åk",
    middle: "a,ar,be,de,e,el,en,er,es,fa,ga,ha,he,i,in,ka,ke,la,le,li,lin,ma,me,na,ne,o,or,ra,re,ri,sa,se,ta,te,ti,\
to,u,ve,vi,ö",
    ending: "berg,ström,gren,qvist,lund,dal,man,stedt,ssen,rud,stad,holm,nes,vik,sson,strand,mark,feldt,beck,sjö",
    short: "Margareta:Greta|Maggan,Elisabeth:Lisa|Bettan,Kristina:Stina|Kicki,Lars:Lasse,Karl:Kalle,Nils:Nisse,\
Per:Pelle,Jan:Janne,Anders:Adde,Olof:Olle,Stefan:Steffe,Mikael:Micke,Henrik:Henke,Magnus:Mange,Birgitta:Gittan,\
Katarina:Kattis,Gunilla:Nilla,Fredrik:Fredde,Sven:Svenne,Alexander:Alex|Sacke,Daniel:Danne,Gustav:Gurra,\
Johanna:Jossan,Johan:Jocke,Pernille:Nille,Kristian:Kris,Torbjörn:Tobbe,Viktor:Vicke,Ludvig:Ludde,Annika:Anki,\
Oskar:Ogge,Karin:Kajsa,Håkan:Hawk",
};

const ENGLISH: Tongue = Tongue {
    men: "James,John,Robert,Michael,William,David,Richard,Joseph,Thomas,Charles,Christopher,Daniel,Matthew,Anthony,\
Mark,Donald,Steven,Andrew,Kenneth,Joshua,Kevin,Brian,George,Timothy,Ronald,Jason,Edward,Jeffrey,Ryan,Jacob,Gary,\
Nicholas,Eric,Jonathan,Stephen,Larry,Justin,Scott,Brandon,Benjamin,Samuel,Gregory,Alexander,Patrick,Frank,Raymond,\
Jack,Dennis,Jerry,Philip,Lawrence,Walter,Frederick,Gerald,Harold,Leonard,Nathaniel,Zachary,Theodore,Albert",
    women: "Mary,Patricia,Jennifer,Linda,Elizabeth,Barbara,Susan,Jessica,Sarah,Karen,Lisa,Nancy,Betty,Sandra,\
Margaret,Ashley,Kimberly,Emily,Donna,Michelle,Carol,Amanda,Melissa,Deborah,Stephanie,Dorothy,Rebecca,Sharon,Laura,\
Cynthia,Amy,Kathleen,Angela,Shirley,Brenda,Emma,Pamela,Nicole,Samantha,Katherine,Christine,Helen,Debra,Rachel,\
Carolyn,Janet,Maria,Catherine,Heather,Diane,Olivia,Victoria,Virginia,Judith,Abigail,Theresa,Gwendolyn,Philippa,\
Phoebe,Frances",
    surnames: "Smith,Johnson,Williams,Brown,Jones,Miller,Davis,Wilson,Anderson,Taylor,Moore,Jackson,White,Harris,\
Clark,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Hill,Green,Adams,Nelson,Baker,Hall,Campbell,Mitchell,\
Carter,Roberts,Phillips,Evans,Turner,Parker,Collins,Edwards,Stewart,Morris,Murphy,Cook,Rogers,Morgan,Cooper,Reed,\
Bailey,Bell,Kelly,Howard,Ward,Cox,Richardson,Wood,Watson,Brooks,Bennett,Gray,Hughes,Price,Myers,Long,Foster,Sanders,\
Ross,Powell,Sullivan,Russell,Jenkins,Perry,Butler,Barnes,Fisher,O'Brien,O'Connor,McCarthy,McDonald",
    onset: "Ab,Ack,Al,Ash,Ayl,Bar,Beck,Bir,Black,Brad,Bram,Bren,Buck,Cal,Car,Chad,Clay,Col,Crom,Dal,Den,Dun,East,Ed,\
El,Fair,Farn,Glad,Had,Hal,Har,Haw,Hol,Kel,Ken,Kirk,Lang,Law,Led,Lin,Mar,Mel,Mid,Nor,Oak,Os,Pem,Pen,Ral,Red,Rock,Sel,\
Shel,Stan,Sut,Thorn,Wal,War,Whit,Win",
    middle: "a,ber,bing,bor,by,che,ders,ding,e,el,en,er,es,field,ger,ham,hol,i,ing,ke,king,l,ling,ma,mer,mond,ner,o,\
ow,per,ring,s,ser,sing,ta,ter,ting,ven,wer,y",
    ending: "ton,ley,ford,worth,wood,well,ham,by,man,son,field,stone,wick,bury,more,combe,gate,shaw,land,ridge",
    short: "Robert:Bob|Rob|Bobby,William:Bill|Will|Billy,Richard:Dick|Rick|Rich,James:Jim|Jimmy|Jamie,\
John:Jack|Johnny,Michael:Mike|Mick,Joseph:Joe|Joey,Thomas:Tom|Tommy,Charles:Charlie|Chuck,Christopher:Chris|Kit,\
Daniel:Dan|Danny,Matthew:Matt,Anthony:Tony,Donald:Don,Steven:Steve,Andrew:Andy|Drew,Kenneth:Ken,Joshua:Josh,\
Timothy:Tim,Ronald:Ron,Edward:Ed|Ted|Ned,Jeffrey:Jeff,Nicholas:Nick,Jonathan:Jon,Stephen:Steve,Lawrence:Larry,\
Benjamin:Ben,Samuel:Sam,Gregory:Greg,Alexander:Alex|Sandy,Patrick:Pat|Paddy,Frederick:Fred,Gerald:Gerry,Leonard:Len,\
Nathaniel:Nate,Zachary:Zach,Theodore:Ted|Theo,Albert:Bert,Raymond:Ray,Philip:Phil,Mary:Molly|Polly,\
Patricia:Pat|Trish|Patty,Jennifer:Jen|Jenny,Elizabeth:Liz|Beth|Betty|Lizzie,Barbara:Barb,Susan:Sue|Susie,\
Jessica:Jess,Margaret:Peggy|Maggie|Meg,Kimberly:Kim,Deborah:Debbie|Deb,Stephanie:Steph,Dorothy:Dot|Dottie,\
Rebecca:Becky|Becca,Cynthia:Cindy,Kathleen:Kathy,Angela:Angie,Pamela:Pam,Samantha:Sam,Katherine:Kate|Katie,\
Catherine:Cathy,Christine:Chris|Tina,Victoria:Vicky,Virginia:Ginny,Judith:Judy,Abigail:Abby,Theresa:Terry|Tess,\
Gwendolyn:Gwen,Philippa:Pippa,Frances:Fran,Amanda:Mandy,Sandra:Sandy",
};
