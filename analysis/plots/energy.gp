# energy: where it went
set xtics numeric
set format x
set title n > 1 ? 'energy' : label[1].': energy'
set ylabel 'energy, kWh'
set yrange [0:*]
set grid noxtics
set xtics scale 0 rotate by -20
if (total == 0) {
    set label 1 'no power in these runs' at graph 0.5, graph 0.5 center
    set xrange [0:1]
    set yrange [0:1]
    unset key
    unset xtics
    plot -1 notitle
} else {
    set style data histogram
    set style histogram clustered gap 1
    set style fill solid 0.8 noborder
    set key top right
    if (n == 1) {
        unset key
    }
    plot for [i = 1:n] data index 'energy' using (column(i + 1)):xtic(1) linetype i title label[i]
}
