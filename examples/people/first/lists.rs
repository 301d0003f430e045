//! Word lists of the first noise model: given names in order of how common they are, their short forms, a common head
//! of surnames, and the parts from which the long tail of rare surnames is composed. Read by `names.rs` only.

/// Given names of women and of men by tongue: English, German, French, Spanish, Italian, Polish, Turkish.
pub(super) const GIVEN: [[&str; 2]; 7] = [
    [
        "Mary Jennifer Patricia Linda Elizabeth Susan Jessica Sarah Karen Emily Ashley Amanda Michelle Laura \
         Kimberly Rebecca Stephanie Sharon Cynthia Kathleen Amy Angela Deborah Rachel Samantha Katherine Christine \
         Megan Hannah Nicole Heather Olivia Victoria Lauren Natalie Grace Abigail Sophia Charlotte Margaret Dorothy \
         Pamela Brenda Diane Alice Julie Joyce Theresa Judith Cheryl Jacqueline Gloria Catherine Frances Evelyn \
         Beverly Tiffany Danielle Kayla Alexis Lori Madison Brooke Allison Paige Chloe Imogen Poppy Gemma Fiona \
         Harriet Bridget Whitney Meredith Penelope Josephine Gwendolyn Winifred Philippa Rosalind",
        "James Robert John Michael William David Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony \
         Mark Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary \
         Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank \
         Raymond Jack Dennis Jerry Tyler Aaron Nathan Henry Douglas Zachary Peter Adam Kyle Walter Ethan Jeremy \
         Harold Keith Christian Roger Noah Gerald Terry Sean Austin Arthur Lawrence Dylan Bryan Logan Oliver Harry \
         Graham Nigel Alistair Rupert Trevor Clive Theodore Maxwell Frederick Leonard Desmond Barnaby",
    ],
    [
        "Anna Ursula Sabine Petra Monika Andrea Claudia Susanne Julia Birgit Karin Katharina Stefanie Nicole Renate \
         Angelika Gabriele Martina Christina Melanie Sandra Anja Kerstin Heike Silke Tanja Lena Laura Sarah Johanna \
         Marie Sophie Franziska Elisabeth Barbara Brigitte Ingrid Helga Erika Gisela Christa Ilse Hannah Lea Mia \
         Emma Jana Kathrin Nadine Simone Ulrike Antje Astrid Bettina Cornelia Daniela Doris Eva Friederike Greta \
         Hildegard Ines Jutta Luise Magdalena Margarete Michaela Nina Paula Regina Rosemarie Sieglinde Theresa Ute \
         Vanessa Veronika Waltraud Käthe Dörte Jördis Bärbel Hedwig Annegret Swantje",
        "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter \
         Manfred Alexander Bernd Martin Matthias Jörg Markus Daniel Sebastian Tobias Jan Florian Maximilian Felix \
         Lukas Jonas Paul Leon Hans Karl Heinz Helmut Gerhard Rainer Ralf Joachim Torsten Sven Dirk Holger Oliver \
         Patrick Philipp Johannes Jakob Georg Franz Josef Friedrich Wilhelm Otto Ludwig Heinrich Rudolf Siegfried \
         Norbert Rüdiger Götz Detlef Eberhard Volker Marcel Dominik Benjamin Fabian Simon Moritz Niklas Tim Finn \
         Elias Jens Olaf Gernot Ulrich Konrad Sönke Hinnerk Korbinian Burkhard",
    ],
    [
        "Camille Élodie Chloé Manon Léa Aurélie Céline Hélène Isabelle Nathalie Sylvie Françoise Monique Valérie \
         Sandrine Margaux Juliette Océane Amélie Geneviève Solène Maëlle",
        "Jean Pierre Michel François Philippe Nicolas Julien Sébastien Frédéric Jérôme Thierry Étienne Rémi Benoît \
         Antoine Guillaume Mathieu Loïc Gaël Bastien Olivier Yves",
    ],
    [
        "María Carmen Ana Isabel Laura Lucía Marta Elena Paula Sofía Rosario Mercedes Inés Beatriz Pilar Alejandra \
         Gabriela Valentina Guadalupe Ximena Esperanza Rocío",
        "José Antonio Juan Manuel Francisco Luis Javier Carlos Miguel Ángel Alejandro Pablo Sergio Jesús Rafael \
         Álvaro Diego Andrés Ramón Joaquín Iván Óscar",
    ],
    [
        "Giulia Francesca Chiara Federica Martina Alessia Elisa Paola Lucia Caterina Ilaria Giovanna Antonella \
         Serena Beatrice Raffaella",
        "Giuseppe Marco Giovanni Alessandro Andrea Luca Matteo Lorenzo Stefano Roberto Davide Salvatore Vincenzo \
         Nicolò Riccardo Domenico",
    ],
    [
        "Agnieszka Katarzyna Małgorzata Ewa Magdalena Joanna Aleksandra Zofia Krystyna Elżbieta Justyna Monika Beata \
         Dorota Grażyna Żaneta",
        "Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Jakub Grzegorz Łukasz Wojciech Zbigniew Mateusz Kamil \
         Sławomir Zdzisław",
    ],
    [
        "Fatma Ayşe Emine Hatice Zeynep Elif Merve Büşra Özlem Gülşen Şeyma Yasemin Derya Sibel Çiğdem Nurcan",
        "Mehmet Mustafa Ahmet Ali Hüseyin Hasan Murat Yusuf Ömer Emre Burak Serkan Özgür Çağlar Tuğrul Kemal",
    ],
];

/// A full given name and the short forms people go by; several full names may share one short form.
pub(super) const SHORT_FORMS: &str = "Robert Bob Rob Bobby|William Bill Will Billy Liam|Richard Rick Dick Rich|James \
    Jim Jimmy Jamie|John Jack Johnny|Michael Mike Mick Michi|Thomas Tom Tommy|Christopher Chris Kit|Charles Charlie \
    Chuck|Daniel Dan Danny Dani|Matthew Matt|Anthony Tony|Steven Steve|Stephen Steve|Andrew Andy Drew|Joshua Josh\
    |Kenneth Ken Kenny|Timothy Tim|Ronald Ron Ronnie|Edward Ed Ted Eddie|Jeffrey Jeff|Jacob Jake|Nicholas Nick\
    |Jonathan Jon|Benjamin Ben Benni|Samuel Sam|Gregory Greg|Alexander Alex Sascha Xander|Patrick Pat Paddy|Raymond \
    Ray|Douglas Doug|Zachary Zach|Lawrence Larry Laurie|Gerald Gerry Jerry|Arthur Art|Theodore Ted Theo|Frederick \
    Fred Freddie|Leonard Len Leo|Maxwell Max|Joseph Joe Joey|David Dave|Henry Harry Hank|Jennifer Jen Jenny|Patricia \
    Pat Trish Patty|Elizabeth Liz Beth Betty Lizzie|Susan Sue Susie|Jessica Jess|Katherine Kate Kathy Katie\
    |Catherine Cathy Cate|Deborah Debbie Deb|Rebecca Becky Becca|Stephanie Steph|Samantha Sam|Christine Chris Tina\
    |Victoria Vicky Tori|Margaret Maggie Peggy Meg|Dorothy Dot Dolly|Kimberly Kim|Cynthia Cindy|Kathleen Kathy Kath\
    |Theresa Terry Resi|Judith Judy|Jacqueline Jackie|Abigail Abby|Allison Ali|Pamela Pam|Josephine Jo Josie\
    |Penelope Penny|Amanda Mandy|Angela Angie|Natalie Nat|Philippa Pippa|Harriet Hattie|Katharina Kathi Kati Käthe\
    |Susanne Susi Sanne|Stefanie Steffi|Angelika Geli|Gabriele Gabi|Christina Tina Chrissi|Johanna Hanna Jojo\
    |Franziska Franzi Sissi|Elisabeth Lisa Sissi Elli|Barbara Babsi Bärbel|Brigitte Gitte Gitti|Cornelia Conny\
    |Magdalena Lena Magda Leni|Margarete Gretel Greta|Michaela Michi|Veronika Vroni|Andreas Andi|Wolfgang Wolf Wolle\
    |Günter Günni|Stefan Steff|Manfred Manni|Matthias Matze Hias|Sebastian Basti Wastl|Tobias Tobi|Florian Flo\
    |Maximilian Max Maxi|Lukas Luki|Johannes Hannes Hans|Joachim Jochen Achim|Heinrich Heiner Heinz|Friedrich Fritz \
    Fred|Wilhelm Willi|Ludwig Lutz Wiggerl|Rudolf Rudi|Siegfried Sigi|Josef Sepp Jupp|Franz Franzl|Georg Schorsch\
    |Ulrich Uli|Ulrike Uli Rike|Konrad Conny|Dominik Domi|Niklas Nik|Philipp Phil Lippi|Jakob Jackl|Karl Kalle\
    |Gerhard Gerd Hardy|Ursula Uschi Ulla|Petra Peti|Monika Moni|Claudia Claudi|Renate Reni|Friederike Rike Fritzi\
    |Hildegard Hilde|Alejandro Alex Jandro|Francisco Paco Pancho|José Pepe|Manuel Manolo|Rafael Rafa|Mercedes Merche\
    |Isabel Isa|Guadalupe Lupe|Alessandro Alex Sandro|Giuseppe Beppe Peppe|Giovanni Gianni|Salvatore Totò|Vincenzo \
    Enzo|Francesca Franca|Katarzyna Kasia|Małgorzata Gosia|Agnieszka Aga|Aleksandra Ola|Joanna Asia|Krzysztof \
    Krzysiek|Tomasz Tomek|Jakub Kuba|Piotr Piotrek|Sébastien Seb|Frédéric Fred|Nathalie Nath|Mehmet Memo|Mustafa \
    Mutlu|Hatice Hatun";

/// The common head of surnames by tongue, in order.
pub(super) const SURNAMES: [&str; 7] = [
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Thompson \
     White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall \
     Campbell Mitchell Carter Roberts Turner Phillips Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers \
     Morgan Cooper Peterson Reed Bailey Kelly Howard Ward Cox Richardson Watson Brooks Wood James Bennett Gray \
     Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher \
     Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Kennedy Wallace O'Brien O'Connor McCarthy \
     MacDonald Fletcher Chapman Spencer Pearson Holloway Whitaker Thornton Lloyd Griffiths",
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein \
     Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause \
     Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz \
     Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann \
     Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer \
     Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch \
     Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Strauß von-der-Heide",
    "Martin Bernard Dubois Durand Moreau Laurent Lefèvre Leroy Roux Fournier Girard Mercier Blanc Guérin Boyer \
     Garnier Chevalier Faure Rousseau Gauthier Perrin Lemaître Bérard Hénault",
    "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz Moreno \
     Álvarez Romero Torres Domínguez Vázquez Ramos Ortega Castillo Núñez Ibáñez",
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa Giordano \
     Rizzo Lombardi Moretti Barbieri Fontana Santoro D'Angelo Niccolò",
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski \
     Mazur Jankowski Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Majewski",
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Aydın Öztürk Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özdemir Şimşek \
     Polat Korkmaz Güneş Erdoğan Bulut Tekin",
];

/// Beginning, middle and end of composed surnames by tongue; a dot stands for nothing.
pub(super) const PARTS: [[&str; 3]; 7] = [
    [
        "Ash Black Brad Carl Brook Har Whit Lang Wood Thorn Win Stan Ald Bent Brom Cald Chad Clay Cran Cros Dal Den \
         Drayt East Elm Fair Farn Gar Gold Green Had Hal Ham Haw Hazel Hey Hol Horn Hux Kel Ken Kirk Led Lind Lock \
         Lud Mar Mel Mid Nor Oak Old Pem Pen Pres Rad Red Rock Row Rush Sand Shel Sher Sil Stam Stock Sut Swin Tarl \
         Thur Tot Up Wal Wands War Wat Web West Whar Wick Wil Wyn Yar",
        ". . er ing le en ers s al bur dle man o",
        "ton ford well by ley wood field worth more ham combe den shaw gate wick bridge stone brook land bourne \
         cliff cott ridge hurst man smith son dale ston thorpe croft stead low bury head mere water house",
    ],
    [
        "Alten Auer Bern Birken Brand Buch Dorn Eber Eichen Eller Erl Falken Feld Forst Frei Fürst Geier Gold Grün \
         Gut Hagen Hasel Heide Heil Herz Himmel Hirsch Hoch Holz Kalten Kirch Kloster König Kreuz Kron Lauter Linden \
         Löwen Mühl Nieder Nuss Ober Öl Ost Pfaff Rauch Reichen Rosen Rot Sand Schatten Schön Schwan Silber Sonnen \
         Stein Stern Stral Tannen Thal Ulmen Unter Vogel Wald Wasser Weiden Weis Wester Wiesen Wild Winter Wolfs \
         Zehnt Ziegel",
        ". . . en el er s inger ger hof bach",
        "bach berger mann hofer meier müller stein bauer feld hauser thaler wieser maier huber brunner egger kamp \
         schmidt lechner leitner moser reiter rieder schneider steiner wirth dorf holz lohe horst brink bruch busch \
         eder felder gruber häuser körner krämer länder michel rath schulte stätter winkler ing ler ner ke",
    ],
    [
        "Beau Bel Bois Bon Bour Cham Char Clair Cour Des Du Fon Fré Gau Gran Hau La Lam Lan Mar Mon Mor Per Pré Ri \
         Ro Saint Ser Val Vau Ver Vil",
        ". . de mi ti ne gue ri la",
        "mont court bois lieu fort don nier dier geon lot let neau rand ville cher main tier gny",
    ],
    [
        "Agui Alon Bel Ber Cal Can Cas Cer Cor Del Esc Fer Fon Gal Gue Her Lar Lor Mal Mar Men Mon Mor Oli Pal Per \
         Que Riv Sal San Tor Val Vill Zam",
        ". . an er or al iv ant",
        "ero eda osa ales eros ado illa ano ez ón ares ona ura edo iegas",
    ],
    [
        "Al Bal Bar Bell Ber Bon Cal Cam Cap Car Cas Cav Col Cor Fab Fer Fil Gal Gen Gra Lan Leo Mal Man Mar Mor Pal \
         Pel Ric Sal San Tom Val Ver",
        ". . an er on ell and ol",
        "ini etti ucci oni ari ese ato elli otti ese ardi icci era one aro",
    ],
    [
        "Adam Bar Biel Bog Bor Brzoz Chmiel Cie Dob Dom Dud Gaj Gór Jaw Kal Kar Kop Kul Lip Mal Mar Mich Nied Ol Ost \
         Paw Rad Rog Rud Sob Stan Szcz Tom Wil Zaw",
        ". . an in os ik al",
        "owski ewski icki ak czyk iak ek ski ny arz owicz uch ała",
    ],
    [
        "Ak Alt Ay Bal Bay Boz Can Çak Dağ Demir Deniz Er Gök Gül Gün Kara Kaya Kılıç Kor Öz Sarı Şen Taş Tek Top \
         Tun Uğur Yal Yeşil Yıl",
        ". . al an ti el",
        "oğlu kaya taş maz er can dağ soy türk bulut türkmen kan ay tepe gil lı",
    ],
];
